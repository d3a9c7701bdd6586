export const shellProgram = `# Needs openssl as well as curl, for random values and PKCE.
set -eu
parameter() { sed -n 's/.*"'"$1"'": *"\\([^"]*\\)".*/\\1/p' parameters.json; }
request() { curl --silent --show-error --cacert latchkey-ca.pem "$@"; }
authority=$(parameter authority)
client_id=$(parameter client_id)
redirect_uri=$(parameter redirect_uri)
state=$(openssl rand -hex 16)
verifier=$(openssl rand -hex 32)
challenge=$(printf '%s' "$verifier" | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d '=')

printf 'Open this URL and sign in:\\n%s\\n' "$authority/oauth2/v2.0/authorize?client_id=$client_id&response_type=code\\
&redirect_uri=$redirect_uri&scope=openid%20User.Read&state=$state&code_challenge=$challenge&code_challenge_method=S256" >&2
printf 'The browser will then fail to open a page. Paste the URL of that page here:\\n' >&2
read -r address
response() { printf '%s' "$address" | sed -n 's/.*[?&]'"$1"'=\\([^&#]*\\).*/\\1/p'; }
if [ "$(response state)" != "$state" ]; then
  printf 'This response belongs to another sign-in: its state is different.\\n' >&2
  exit 1
fi
tokens=$(parameter secret | tr -d '\\n' | request --data grant_type=authorization_code --data "client_id=$client_id" \\
  --data-urlencode client_secret@- --data "code=$(response code)" --data "code_verifier=$verifier" \\
  --data-urlencode "redirect_uri=$redirect_uri" "$authority/oauth2/v2.0/token")
case $tokens in
  *'"access_token"'*) ;;
  *) printf '%s\\n' "$tokens" >&2; exit 1 ;;
esac
token=$(printf '%s' "$tokens" | sed -n 's/.*"access_token":"\\([^"]*\\)".*/\\1/p')
printf 'header = "Authorization: Bearer %s"\\n' "$token" | request --config - "$(parameter endpoint)"
`;
