// Gets a token of the host's own identity for the given resource with MSAL Go, which reads no IMDS variable.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/managedidentity"
)

func main() {
	client, err := managedidentity.New(managedidentity.SystemAssigned())
	if err != nil {
		log.Fatal(err)
	}
	result, err := client.AcquireToken(context.Background(), os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(map[string]string{"access_token": result.AccessToken}); err != nil {
		log.Fatal(err)
	}
}
