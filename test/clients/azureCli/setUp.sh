python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' ||
  { echo "it needs Python 3.10 or newer with its module venv"; exit 3; }
# Compiling all of it would take longer than what the tests run.
python3 -m venv "$1" &&
  "$1/bin/python" -m pip install --disable-pip-version-check --no-input --no-compile -r requirements.txt
