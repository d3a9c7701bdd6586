/** Shell lines with curl: a user signs in with another browser, and the access token ends up in `$token`. */
export function signInByDeviceCode(authority: string, clientId: string, scope: string): string {
  return `value() { sed -n 's/.*"'"$1"'": *"\\([^"]*\\)".*/\\1/p'; }
post() { curl --silent --show-error --cacert latchkey-ca.pem --data client_id=${clientId} "$@"; }
device=$(post --data-urlencode "scope=${scope}" ${authority}/oauth2/v2.0/devicecode)
printf '%s\\n' "$device" | value message >&2
token=
while [ -z "$token" ]; do
  sleep 5
  response=$(post --data grant_type=urn:ietf:params:oauth:grant-type:device_code \\
    --data "device_code=$(printf '%s' "$device" | value device_code)" ${authority}/oauth2/v2.0/token)
  case $response in
    *'"authorization_pending"'*) ;;
    *'"error"'*) printf '%s\\n' "$response" >&2; exit 1 ;;
    *) token=$(printf '%s' "$response" | value access_token) ;;
  esac
done`;
}
