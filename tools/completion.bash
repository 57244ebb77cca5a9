# Bash completion of the tools of Deep Compression. What there is to complete each tool says itself:
# `dc-run --help-as completion`; the lines are explained in tools/common/tool_pages.h.

declare -gA _dc_tables # by tool, what it said

# Sets COMPREPLY to files that end in one of the given ways (any, where none is given), and folders.
_dc_files() {
  local word=$1 ending
  shift
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <({
    compgen -d -- "$word"
    (($#)) || compgen -f -- "$word"
    for ending; do compgen -f -X "!*.$ending" -- "$word"; done
  } | sort -u)
}

_dc_tool() {
  local tool=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} at=$((COMP_CWORD - 1))
  COMPREPLY=()
  [[ -n ${_dc_tables[$tool]-} ]] || _dc_tables[$tool]=$("$tool" --help-as completion 2>/dev/null)

  local -A kinds=() values=()
  local name kind rest
  while read -r name kind rest; do
    [[ -n $name ]] || continue
    kinds[$name]=${kind:-switch}
    values[$name]=$rest
  done <<<"${_dc_tables[$tool]}"

  # "=" and ":" are words of their own: --option=WORD, --option LAYER=WORD, --data KIND:PATH.
  local separator=
  if [[ $word == [=:] ]]; then
    separator=$word word=
  elif [[ ${COMP_WORDS[at]} == [=:] ]]; then
    separator=${COMP_WORDS[at]}
    at=$((at - 1))
  fi
  if [[ $separator == : ]]; then
    _dc_files "$word"
    return
  fi
  if [[ -n $separator && -z ${kinds[${COMP_WORDS[at]}]-} && at -gt 1 ]]; then at=$((at - 1)); fi

  name=${COMP_WORDS[at]}
  if [[ $at -eq 0 || ${kinds[$name]-switch} == switch ]]; then
    if [[ $word == -* ]]; then
      mapfile -t COMPREPLY < <(compgen -W "${!kinds[*]}" -- "$word")
      return
    fi
    # A positional argument: which one follows from how many stand before.
    local i number=1
    for ((i = 1; i < COMP_CWORD; ++i)); do
      name=${COMP_WORDS[i]}
      [[ $name == -* || $name == [=:] ]] && continue
      name=${COMP_WORDS[i - 1]}
      [[ $name == [=:] || ${kinds[$name]-switch} != switch ]] || number=$((number + 1))
    done
    name=$number
  fi
  # shellcheck disable=SC2086  # words
  case ${kinds[$name]-} in
    files) _dc_files "$word" ${values[$name]} ;;
    folder)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$word")
      ;;
    words)
      mapfile -t COMPREPLY < <(compgen -W "${values[$name]}" -- "$word")
      # A path follows.
      if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *: ]]; then compopt -o nospace 2>/dev/null; fi
      ;;
  esac
}

complete -F _dc_tool dc-{train,prune,quantize,encode,decode,run,report,compress,import,inspect}
