# shellcheck shell=bash
# Completion of `lab`, `bin/lab` and `npm run lab` for bash. For this shell:
#
#   source <(bin/lab completion bash)
#
# For every shell, once:  bin/lab completion bash >~/.local/share/bash-completion/completions/lab

# Where the first word of ours stands. Answers are data: nothing of them is expanded or run.
_wirelab_from() {
  local first=$1 line value files='' plain=()
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
    =*)
      value=${line#=}
      plain+=("${value%%$'\t'*}")
      ;;
    files) files=yes ;;
    'command '*)
      _wirelab_command $((first + ${line#command }))
      return
      ;;
    esac
  done < <(sh @LAUNCHER@ --complete bash "${COMP_WORDS[@]:first:COMP_CWORD-first+1}" 2>/dev/null)
  for value in "${plain[@]}"; do
    printf -v value %q "$value"
    COMPREPLY+=("$value")
  done
  # No name fits: readline's own completion of file names.
  if [[ -n $files && ${#plain[@]} -eq 0 ]]; then compopt -o default; fi
} 2>/dev/null

# Words from this one on are a command, which runs inside: programs of PATH, and nothing that only this shell knows.
_wirelab_command() {
  local name
  if [[ $COMP_CWORD -gt $1 ]]; then
    if declare -F _comp_command_offset >/dev/null; then
      _comp_command_offset "$1"
    elif declare -F _command_offset >/dev/null; then
      _command_offset "$1"
    else
      compopt -o default
    fi
    return
  fi
  while IFS= read -r name; do
    if type -P -- "$name" >/dev/null; then COMPREPLY+=("$name"); fi
  done < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}" | sort -u)
}

_wirelab() { _wirelab_from 1; }
complete -F _wirelab lab

# npm's own completion goes on for all else.
_wirelab_npm() {
  if [[ $COMP_CWORD -gt 2 && ${COMP_WORDS[2]} == lab && ${COMP_WORDS[1]} =~ ^(run|run-script)$ ]]; then
    _wirelab_from 3
  elif declare -F "$_wirelab_npm_before" >/dev/null; then
    "$_wirelab_npm_before" "$@"
  fi
}
if [[ $(complete -p npm 2>/dev/null) =~ \ -F\ ([^ ]+)\  && ${BASH_REMATCH[1]} != _wirelab_npm ]]; then
  _wirelab_npm_before=${BASH_REMATCH[1]}
else
  : "${_wirelab_npm_before:=}"
fi
complete -o default -F _wirelab_npm npm
