import { signInByDeviceCode } from "../signInByDeviceCode.ts";

/** Does the part of the API's client, and then either calls the API or does the API's part itself. */
export function shellProgram(authority: string, apiId: string, clientId: string): string {
  return `# Signs a user in to the API's client and calls the API with the token:
#   sh webApi.sh http://localhost:4000
# Without an address, it does what the API does: exchanges the token on behalf of the user, and calls Graph.
set -eu
${signInByDeviceCode(authority, clientId, `api://${apiId}/Profile.Read`)}
call() {
  printf 'header = "Authorization: Bearer %s"\\n' "$1" |
    curl --silent --show-error --fail-with-body --cacert latchkey-ca.pem --config - "$2"
}
if [ $# -gt 0 ]; then
  call "$token" "$1/me"
  exit
fi
exchanged=$(printf 'data-urlencode = "%s=%s"\\n' client_secret "$(value secret <parameters.json)" assertion "$token" |
  curl --silent --show-error --cacert latchkey-ca.pem --config - --data client_id=${apiId} \\
    --data grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer --data requested_token_use=on_behalf_of \\
    --data-urlencode scope=https://graph.microsoft.com/.default ${authority}/oauth2/v2.0/token)
case $exchanged in
  *'"access_token"'*) call "$(printf '%s' "$exchanged" | value access_token)" "$(value endpoint <parameters.json)" ;;
  *) printf '%s\\n' "$exchanged" >&2; exit 1 ;;
esac
`;
}
