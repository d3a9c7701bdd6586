# On a person's machine it is found and not installed: its updates are the system's affair.
[ -x "$2" ] && exit
[ -n "$CI" ] && [ "$(id -u)" = 0 ] && apt-get --version || { echo "it needs Chromium, or its path in CHROMIUM_PATH"; exit 3; }
DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium
