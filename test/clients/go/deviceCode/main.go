// Signs a user in by device code, as documented, with MSAL Go against the local platform.
//
// Prints a line of JSON with the prompt for the user, and one with the sources and users of two tokens,
// or the error.
package main

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"regexp"
	"strconv"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"
)

type parameters struct {
	Authority string   `json:"authority"`
	ClientID  string   `json:"client_id"`
	Scope     []string `json:"scope"`
	Endpoint  string   `json:"endpoint"`
}

type outcome struct {
	Sources    []string `json:"sources,omitempty"`
	User       string   `json:"user,omitempty"`
	Error      string   `json:"error,omitempty"`
	ErrorCodes []int    `json:"error_codes,omitempty"`
}

func main() {
	var given parameters
	if err := json.Unmarshal(must(os.ReadFile(os.Args[1])), &given); err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	client := must(public.New(given.ClientID, public.WithAuthority(given.Authority)))
	code := must(client.AcquireTokenByDeviceCode(ctx, given.Scope))
	show(map[string]string{"user_code": code.Result.UserCode, "verification_uri": code.Result.VerificationURL})
	first, err := code.AuthenticationResult(ctx)
	if err != nil {
		show(refusal(err))
		return
	}
	second := must(client.AcquireTokenSilent(ctx, given.Scope, public.WithSilentAccount(first.Account)))
	show(outcome{Sources: []string{source(first), source(second)}, User: name(given.Endpoint, second.AccessToken)})
}

func name(endpoint, accessToken string) string {
	request := must(http.NewRequest(http.MethodGet, endpoint, nil))
	request.Header.Set("Authorization", "Bearer "+accessToken)
	answer := must(http.DefaultClient.Do(request))
	defer answer.Body.Close()
	var user struct {
		UserPrincipalName string `json:"userPrincipalName"`
	}
	if err := json.Unmarshal(must(io.ReadAll(answer.Body)), &user); err != nil {
		log.Fatal(err)
	}
	return user.UserPrincipalName
}

func source(token public.AuthResult) string {
	if token.Metadata.TokenSource == public.TokenSourceIdentityProvider {
		return "identity_provider"
	}
	return "cache"
}

// MSAL Go has no type for a refusal, and here it has already read the response: only the message is left.
func refusal(err error) outcome {
	found := regexp.MustCompile(`"error":"(\w+)","error_description":"AADSTS(\d+)`).FindStringSubmatch(err.Error())
	if found == nil {
		return outcome{Error: err.Error()}
	}
	return outcome{Error: found[1], ErrorCodes: []int{must(strconv.Atoi(found[2]))}}
}

func show(value any) {
	if err := json.NewEncoder(os.Stdout).Encode(value); err != nil {
		log.Fatal(err)
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
