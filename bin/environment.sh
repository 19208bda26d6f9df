# shellcheck shell=sh disable=SC2154
# Read by the launchers in this folder, never run by itself: sets $python to the one of gchat's own virtual environment.
#
#     root=...  need=run|test
#     . "$root/bin/environment.sh"
#
# The environment is a folder beside the checkout (gchat.venv beside gchat), or $GCHAT_VENV.  prepare.py makes it and
# leaves there the name of the checkout and a copy of the pyproject.toml it was made for; as long as both are the same,
# nothing has to be done, and finding that out takes two milliseconds.

venv=${GCHAT_VENV:-$root.venv}
if [ -z "${GCHAT_VENV:-}" ] && [ ! -d "$venv" ] && [ ! -w "$(dirname -- "$root")" ]; then
    venv=$root/.venv    # the folder around the checkout is somebody else's
fi
python=$venv/bin/python

made_for=
[ -r "$venv/made-for-checkout" ] && IFS= read -r made_for <"$venv/made-for-checkout"
if ! { [ -x "$python" ] && [ "$made_for" = "$root" ] && cmp -s "$root/pyproject.toml" "$venv/made-for-$need.toml"; }; then
    base=
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            base=$name
            break
        fi
    done
    if [ -z "$base" ]; then
        echo "gchat: needs Python 3.11 or newer, and there is none on the PATH; install it (Debian: apt install python3 python3-venv)." >&2
        exit 69
    fi
    "$base" "$root/bin/prepare.py" "$root" "$venv" "$need" || exit
fi
