// The documented daemon, once for each parameters file, with MSAL Go against the local platform.
//
// Prints one line of JSON per file: the sources of two tokens, the users that Graph listed, or the error.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/cache"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	msal "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"
)

type parameters struct {
	Authority       string   `json:"authority"`
	ClientID        string   `json:"client_id"`
	Scope           []string `json:"scope"`
	Endpoint        string   `json:"endpoint"`
	Secret          string   `json:"secret"`
	PrivateKeyFile  string   `json:"private_key_file"`
	CertificateFile string   `json:"certificate_file"`
	CacheFile       string   `json:"cache_file"`
}

type outcome struct {
	Sources    []string `json:"sources,omitempty"`
	Status     int      `json:"status,omitempty"`
	Users      int      `json:"users,omitempty"`
	Error      string   `json:"error,omitempty"`
	ErrorCodes []int    `json:"error_codes,omitempty"`
}

func main() {
	output := json.NewEncoder(os.Stdout)
	for _, path := range os.Args[1:] {
		var given parameters
		if err := json.Unmarshal(must(os.ReadFile(path)), &given); err != nil {
			log.Fatal(err)
		}
		if err := output.Encode(run(context.Background(), given)); err != nil {
			log.Fatal(err)
		}
	}
}

func run(ctx context.Context, given parameters) outcome {
	client := must(application(given))
	first, err := acquire(ctx, client, given.Scope)
	if err != nil {
		return refusal(err)
	}
	// Shows that the file's content is available to an application that has requested nothing itself.
	if given.CacheFile != "" {
		client = must(application(given))
	}
	second := must(acquire(ctx, client, given.Scope))
	result := listUsers(given.Endpoint, first.AccessToken)
	for _, token := range []confidential.AuthResult{first, second} {
		result.Sources = append(result.Sources, source(token))
	}
	return result
}

func application(given parameters) (confidential.Client, error) {
	var options []confidential.Option
	// The platform's own host is not a known cloud: this is the documented opt-out from asking Microsoft about it.
	if !strings.HasPrefix(given.Authority, "https://login.microsoftonline.com/") {
		options = append(options, confidential.WithInstanceDiscovery(false))
	}
	if given.CacheFile != "" {
		options = append(options, confidential.WithCache(cacheFile(given.CacheFile)))
	}
	return confidential.New(given.Authority, given.ClientID, must(credential(given)), options...)
}

func credential(given parameters) (confidential.Credential, error) {
	if given.Secret != "" {
		return confidential.NewCredFromSecret(given.Secret)
	}
	pem := slices.Concat(must(os.ReadFile(given.CertificateFile)), must(os.ReadFile(given.PrivateKeyFile)))
	certificates, key, err := confidential.CertFromPEM(pem, "")
	if err != nil {
		return confidential.Credential{}, err
	}
	return confidential.NewCredFromCert(certificates, key)
}

func acquire(ctx context.Context, client confidential.Client, scopes []string) (confidential.AuthResult, error) {
	result, err := client.AcquireTokenSilent(ctx, scopes)
	if err != nil {
		result, err = client.AcquireTokenByCredential(ctx, scopes)
	}
	return result, err
}

func source(token confidential.AuthResult) string {
	if token.Metadata.TokenSource == confidential.TokenSourceIdentityProvider {
		return "identity_provider"
	}
	return "cache"
}

// MSAL Go has no type for a refusal of the token service: its response is read directly.
func refusal(err error) outcome {
	var call msal.CallErr
	if !errors.As(err, &call) {
		return outcome{Error: err.Error()}
	}
	var answer struct {
		Error      string `json:"error"`
		ErrorCodes []int  `json:"error_codes"`
	}
	if err := json.Unmarshal(must(io.ReadAll(call.Resp.Body)), &answer); err != nil {
		log.Fatal(err)
	}
	return outcome{Error: answer.Error, ErrorCodes: answer.ErrorCodes}
}

func listUsers(endpoint, accessToken string) outcome {
	users := 0
	for url := endpoint; url != ""; {
		request := must(http.NewRequest(http.MethodGet, url, nil))
		request.Header.Set("Authorization", "Bearer "+accessToken)
		answer := must(http.DefaultClient.Do(request))
		var page struct {
			Value    []json.RawMessage `json:"value"`
			NextLink string            `json:"@odata.nextLink"`
			Error    struct {
				Code string `json:"code"`
			} `json:"error"`
		}
		if err := json.Unmarshal(must(io.ReadAll(answer.Body)), &page); err != nil {
			log.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return outcome{Status: answer.StatusCode, Error: page.Error.Code}
		}
		users += len(page.Value)
		url = page.NextLink
	}
	return outcome{Status: http.StatusOK, Users: users}
}

// cacheFile is the documented way to store tokens: the whole cache, read before each use and written after a change.
type cacheFile string

func (path cacheFile) Replace(_ context.Context, tokens cache.Unmarshaler, _ cache.ReplaceHints) error {
	text, err := os.ReadFile(string(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return tokens.Unmarshal(text)
}

func (path cacheFile) Export(_ context.Context, tokens cache.Marshaler, _ cache.ExportHints) error {
	text, err := tokens.Marshal()
	if err != nil {
		return err
	}
	return os.WriteFile(string(path), text, 0o600)
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
