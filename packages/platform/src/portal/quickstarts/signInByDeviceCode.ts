/** Lines for a shell with curl: somebody signs in at another browser, and the access token is in `$token`. */
export function signInByDeviceCode(authority: string, clientId: string, scope: string): string {
  return `value() { sed -n 's/.*"'"$1"'": *"\\([^"]*\\)".*/\\1/p'; }
ask() { curl --silent --show-error --cacert latchkey-ca.pem --data client_id=${clientId} "$@"; }
begun=$(ask --data-urlencode "scope=${scope}" ${authority}/oauth2/v2.0/devicecode)
printf '%s\\n' "$begun" | value message >&2
token=
while [ -z "$token" ]; do
  sleep 5
  answer=$(ask --data grant_type=urn:ietf:params:oauth:grant-type:device_code \\
    --data "device_code=$(printf '%s' "$begun" | value device_code)" ${authority}/oauth2/v2.0/token)
  case $answer in
    *'"authorization_pending"'*) ;;
    *'"error"'*) printf '%s\\n' "$answer" >&2; exit 1 ;;
    *) token=$(printf '%s' "$answer" | value access_token) ;;
  esac
done`;
}
