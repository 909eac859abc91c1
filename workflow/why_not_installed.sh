# Says why pip could not install the pinned packages, in words for a user. Pip's own are in .venv/pip.log.
log=.venv/pip.log
python=$(.venv/bin/python -V)
missing=$(sed -n 's/^ERROR: No matching distribution found for \([^ ]*\).*/\1/p' "$log" | head -n 1)
if grep -q 'No space left on device' "$log"; then
  echo "error: the disk is full. The packages take 1.9 GB, and several more with CUDA libraries; free some space, then give the same command again"
elif grep -q 'DO NOT MATCH THE HASHES' "$log"; then
  echo "error: a package is not the one that was pinned: its hash differs ($log). Find out why before you install it"
elif grep -q 'CERTIFICATE_VERIFY_FAILED' "$log"; then
  echo "error: pip does not trust the certificate that the index of Python packages, or a proxy before it, shows ($log)." \
    "Ask who runs the proxy for the file of its certificate, and give the same command again with PIP_CERT=FILE before it"
elif grep -q 'Retry(total=0.*after connection broken' "$log"; then # the last retry; an earlier one may have succeeded
  echo "error: the index of Python packages cannot be reached ($log). Give the same command again with a network"
elif [ -n "$missing" ]; then
  echo "error: pip finds no $missing for $python on $(uname -sm) ($log); the pinned packages are tested with Python 3.11." \
    "To try it: rm -r .venv, then make setup PYTHON=python3.11"
else
  tail -n 5 "$log"
  echo "error: pip could not install the pinned packages ($log); they are tested with Python 3.11, and this is $python." \
    "To try another one: rm -r .venv, then make setup PYTHON=python3.11"
fi
