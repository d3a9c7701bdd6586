// A token of the host's own identity for the resource that is given: MSAL Go, which reads no variable of IMDS.
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
