// App tokens and a user's token in one cache file, with MSAL Go against the local platform.
//
// Prints a line of JSON: the source of each token, and the accounts in the file.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log"
	"os"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/cache"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"
)

type parameters struct {
	Authority     string   `json:"authority"`
	ClientID      string   `json:"client_id"`
	Secret        string   `json:"secret"`
	ToolID        string   `json:"tool_id"`
	ToolAuthority string   `json:"tool_authority"`
	Scope         []string `json:"scope"`
	// For a token of the application's own, which is stored separately.
	Claims    string   `json:"claims"`
	UserScope []string `json:"user_scope"`
	Username  string   `json:"username"`
	// A code with which the user returns from the sign-in page.
	Code        string `json:"code"`
	RedirectURI string `json:"redirect_uri"`
	CacheFile   string `json:"cache_file"`
}

type outcome struct {
	App      string   `json:"app"`
	Claims   string   `json:"claims"`
	User     string   `json:"user"`
	Accounts []string `json:"accounts"`
}

func main() {
	var given parameters
	if err := json.Unmarshal(must(os.ReadFile(os.Args[1])), &given); err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	user := userToken(ctx, given)
	app := appToken(ctx, given)
	claims := appToken(ctx, given, confidential.WithClaimsFromClient(given.Claims))
	client := must(public.New(given.ToolID, public.WithAuthority(given.ToolAuthority), public.WithCache(cacheFile(given.CacheFile))))
	accounts := []string{}
	for _, account := range must(client.Accounts(ctx)) {
		accounts = append(accounts, account.PreferredUsername)
	}
	if err := json.NewEncoder(os.Stdout).Encode(outcome{App: app, Claims: claims, User: user, Accounts: accounts}); err != nil {
		log.Fatal(err)
	}
}

func appToken(ctx context.Context, given parameters, options ...confidential.AcquireByCredentialOption) string {
	credential := must(confidential.NewCredFromSecret(given.Secret))
	client := must(confidential.New(given.Authority, given.ClientID, credential, confidential.WithCache(cacheFile(given.CacheFile))))
	result := must(client.AcquireTokenByCredential(ctx, given.Scope, options...))
	if result.Metadata.TokenSource == confidential.TokenSourceIdentityProvider {
		return "network"
	}
	return "cache"
}

func userToken(ctx context.Context, given parameters) string {
	client := must(public.New(given.ToolID, public.WithAuthority(given.ToolAuthority), public.WithCache(cacheFile(given.CacheFile))))
	for _, account := range must(client.Accounts(ctx)) {
		if account.PreferredUsername != given.Username {
			continue
		}
		result, err := client.AcquireTokenSilent(ctx, given.UserScope, public.WithSilentAccount(account))
		if err == nil && result.Metadata.TokenSource == public.TokenSourceCache {
			return "cache"
		}
	}
	must(client.AcquireTokenByAuthCode(ctx, given.Code, given.RedirectURI, given.UserScope))
	return "network"
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
