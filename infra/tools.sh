# Sourced by scripts: tools from PyPI, pinned in a requirements file, in a virtual environment of their
# own outside the tree. Made once for each version of the file.
#
#     . infra/tools.sh; folder=$(tools .ci/requirements.txt)

tools() {
  local requirements=$1 folder
  folder=${XDG_CACHE_HOME:-$HOME/.cache}/planet/tools-$(sha256sum "$requirements" | cut -c1-16)
  if [ ! -e "$folder/complete" ]; then
    rm -rf "$folder"
    python3 -m venv "$folder" >&2
    "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" >&2
    touch "$folder/complete"
  fi
  echo "$folder"
}
