# Debian 12's Azure CLI is years older than the one on PyPI, but it is what `apt-get install` installs. Its packages are
# unpacked, not installed: this needs no privileges and changes nothing on the machine.
[ -x "$1/az" ] && exit
apt-cache policy azure-cli | grep -q 'Candidate: 2.45.0' || { echo "only Debian 12 has azure-cli 2.45.0"; exit 4; }
cd "$1" || exit
apt-get download $(apt-get -s install --no-install-recommends azure-cli | sed -n 's/^Inst \([^ ]*\).*/\1/p') || exit
for each in *.deb; do dpkg -x "$each" files && rm "$each" || exit; done
printf '#!/bin/sh\nPYTHONPATH="%s" exec /usr/bin/python3 -m azure.cli "$@"\n' "$1/files/usr/lib/python3/dist-packages" > az
chmod 755 az
