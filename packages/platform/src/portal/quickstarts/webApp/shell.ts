export const shellProgram = `# Needs openssl besides curl: for the random values and for PKCE.
set -eu
parameter() { sed -n 's/.*"'"$1"'": *"\\([^"]*\\)".*/\\1/p' parameters.json; }
ask() { curl --silent --show-error --cacert latchkey-ca.pem "$@"; }
authority=$(parameter authority)
client_id=$(parameter client_id)
redirect_uri=$(parameter redirect_uri)
state=$(openssl rand -hex 16)
verifier=$(openssl rand -hex 32)
challenge=$(printf '%s' "$verifier" | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d '=')

printf 'Open this address and sign in:\\n%s\\n' "$authority/oauth2/v2.0/authorize?client_id=$client_id&response_type=code\\
&redirect_uri=$redirect_uri&scope=openid%20User.Read&state=$state&code_challenge=$challenge&code_challenge_method=S256" >&2
printf 'Nothing listens where the browser ends. Paste the address that it shows there:\\n' >&2
read -r address
answer() { printf '%s' "$address" | sed -n 's/.*[?&]'"$1"'=\\([^&#]*\\).*/\\1/p'; }
if [ "$(answer state)" != "$state" ]; then
  printf 'This is not the answer to this sign-in: its state is another.\\n' >&2
  exit 1
fi
tokens=$(parameter secret | tr -d '\\n' | ask --data grant_type=authorization_code --data "client_id=$client_id" \\
  --data-urlencode client_secret@- --data "code=$(answer code)" --data "code_verifier=$verifier" \\
  --data-urlencode "redirect_uri=$redirect_uri" "$authority/oauth2/v2.0/token")
case $tokens in
  *'"access_token"'*) ;;
  *) printf '%s\\n' "$tokens" >&2; exit 1 ;;
esac
token=$(printf '%s' "$tokens" | sed -n 's/.*"access_token":"\\([^"]*\\)".*/\\1/p')
printf 'header = "Authorization: Bearer %s"\\n' "$token" | ask --config - "$(parameter endpoint)"
`;
