#compdef lab
# Completion of `lab`, `bin/lab` and `npm run lab` for zsh. For this shell:
#
#   source <(bin/lab completion zsh)
#
# For every shell, once:  bin/lab completion zsh >DIRECTORY/_lab, where DIRECTORY is one of $fpath before compinit.

# Where the first word of ours stands. Answers are data: compadd quotes them.
_wirelab_from() {
  local first=$1 line value files=''
  local -a values shown answer
  answer=("${(@f)$(sh @LAUNCHER@ --complete zsh "${(@Q)words[first,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  for line in "${answer[@]}"; do
    case $line in
    '='*)
      value=${${line#\=}%%$'\t'*}
      values+=("$value")
      shown+=("$value${${line#*$'\t'}:+  -- ${line#*$'\t'}}")
      ;;
    files) files=yes ;;
    'command '*)
      shift $(( first + ${line#command } - 1 )) words
      (( CURRENT -= first + ${line#command } - 1 ))
      _normal
      return
      ;;
    esac
  done
  if (( $#values )) && compadd -l -d shown -a values; then return; fi
  [[ -n $files ]] && _files
}

_wirelab() { _wirelab_from 2; }

# npm's own completion goes on for all else.
_wirelab_npm() {
  if (( CURRENT > 3 )) && [[ $words[3] == lab && $words[2] == (run|run-script) ]]; then
    _wirelab_from 4
  elif [[ -n $_wirelab_npm_before ]]; then
    $_wirelab_npm_before "$@"
  fi
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _wirelab "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
  [[ ${_comps[npm]-} == _wirelab_npm ]] || typeset -g _wirelab_npm_before=${_comps[npm]-}
  compdef _wirelab lab
  compdef _wirelab_npm npm
fi
