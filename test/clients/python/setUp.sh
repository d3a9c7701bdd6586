python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' ||
  { echo "it needs Python 3.10 or newer with its module venv"; exit 3; }
python3 -m venv "$1" && "$1/bin/python" -m pip install --disable-pip-version-check --no-input -r requirements.txt
