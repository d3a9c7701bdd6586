# On a developer's machine it is found but not installed: the system updates it.
[ -x "$2" ] && exit
[ -n "$CI" ] && [ "$(id -u)" = 0 ] && apt-get --version || { echo "it needs Chromium, or its path in CHROMIUM_PATH"; exit 3; }
DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium
