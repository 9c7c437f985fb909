# Sourced by scripts: tools from PyPI, pinned in a requirements file, in a virtual environment of their
# own outside the tree. Made once for each version of the file.
#
#     . infra/tools.sh; folder=$(tools .ci/requirements.txt)
#
# Prints the folder. Returns 1 and prints nothing if it could not be made, which ends a script that has
# `set -e` and assigns as above. Its own steps are chained, since `set -e` does not hold within `$(…)`.

tools() {
  local requirements=$1 folder
  folder=$(sha256sum "$requirements") || return 1
  folder=${XDG_CACHE_HOME:-$HOME/.cache}/planet/tools-${folder:0:16}
  if [ ! -e "$folder/complete" ]; then
    rm -rf "$folder" &&
      python3 -m venv "$folder" >&2 &&
      "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" >&2 &&
      touch "$folder/complete" ||
      return 1
  fi
  echo "$folder"
}
