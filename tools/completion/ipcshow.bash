# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Completion of the ipcshow programs for bash, with bash-completion. Options and columns come
# from the programs themselves: --help and --list-columns.

# What a program says of itself, in the language that is understood here.
_ipcshow_ask()
{
	LC_ALL=C "$@" 2>/dev/null
}

# Words of a list of options: "-o, --output" and so on, of the text on standard input. There may be several in a line.
_ipcshow_options()
{
	grep -oE '(^ +|; )(-[A-Za-z0-9], )?--[a-z-]+' | sed 's/^[; ]*//; s/,//'
}

# The columns that a program knows. Kinds and the like, which -H lists as well, are not in capitals.
_ipcshow_columns()
{
	_ipcshow_ask "$@" --list-columns | sed -n 's/^  \([A-Z][A-Z0-9:./-]*\) .*/\1/p' | sort -u
}

# Groups of them.
_ipcshow_groups()
{
	_ipcshow_ask "$@" --list-columns | sed -n 's/^  \(@[a-z]*\):.*/\1/p'
}

# Kinds, mechanisms and so on, which it lists behind the columns.
_ipcshow_words()
{
	_ipcshow_ask "$@" --list-columns | sed -n 's/^  \([a-z][a-z0-9_-]*\)  *.*/\1/p' | sort -u
}

# The last of a list with commas, out of the words $1; "+" may stand in front of it.
_ipcshow_list()
{
	local done='' last=$cur

	case $cur in
	*,*)	done=${cur%,*}, last=${cur##*,} ;;
	+*)	done=+ last=${cur#+} ;;
	esac
	mapfile -t COMPREPLY < <(compgen -P "$done" -W "$1" -- "$last")
	# A comma may follow. In vain where nobody types.
	compopt -o nospace 2>/dev/null || :
}

_ipcshow_pids()
{
	local path

	for path in /proc/[0-9]*; do
		echo "${path#/proc/}"
	done
}

# What is no option.
_ipcshow_operand()
{
	case $1 in
	ipcshow-ring)
		_filedir
		;;
	ipcshow-dump|ipcshow-diff)
		mapfile -t COMPREPLY < <(compgen -W "$(_ipcshow_pids)" -- "$cur")
		;;
	ipcshow-bench)
		mapfile -t COMPREPLY < <(compgen -W \
			"$(_ipcshow_words "$1") $(_ipcshow_groups "$1")" -- "$cur")
		;;
	ipcshow-demo)
		mapfile -t COMPREPLY < <(compgen -W \
			"$(_ipcshow_ask "$1" --list | sed 's/ .*//')" -- "$cur")
		;;
	esac
}

# The long name of a short option that takes an argument: it means other things elsewhere.
_ipcshow_long()
{
	local long

	[[ $prev == -[A-Za-z] ]] || return
	long=$(_ipcshow_ask "${command[@]}" --help |
		sed -n "s/^ *$prev, \(--[a-z-]*\) [A-Z].*/\1/p")
	prev=${long:-$prev}
}

# What a word behind an option is to be. False: nothing special.
_ipcshow_value()
{
	case $prev in
	--output|--output=)
		_ipcshow_list "$(_ipcshow_columns "${command[@]}")"
		;;
	--mechanism|--mechanism=)
		_ipcshow_list "$(_ipcshow_words "${command[@]}")"
		;;
	--pid|--pid=)
		_ipcshow_list "$(_ipcshow_pids)"
		;;
	--user|--user=)
		_ipcshow_list "$(compgen -u)"
		;;
	--between|--between=)
		mapfile -t COMPREPLY < <(compgen -W 'processes threads both' -- "$cur")
		;;
	--cgroup|--cgroup=|--directory|--directory=)
		_filedir -d
		;;
	--color=)
		mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur")
		;;
	--html|--html=|--plot|--plot=|--prometheus=|--svg|--svg=)
		_filedir
		;;
	-[a-z]|--*)
		# A number, if it takes anything.
		_ipcshow_ask "${command[@]}" --help |
			grep -q -E -e "(^|[ ,])$prev(, --[a-z-]*)?[ =][A-Z]" || return
		;;
	*)
		return 1
		;;
	esac
}

_ipcshow()
{
	local cur prev words cword command=("$1")
	_init_completion -n = || return

	# As if it were another word: some take an argument in this form only.
	if [[ $cur == --*=* ]]; then
		prev=${cur%%=*}= cur=${cur#*=}
	fi
	if [[ ${1##*/} == ipcshow-ring ]]; then
		if ((cword == 1)) && [[ $cur != -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W 'create produce consume stat tee' -- "$cur")
			return
		fi
		((cword == 1)) || command+=("${words[1]}")
	fi
	_ipcshow_long
	_ipcshow_value && return
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W \
			"$(_ipcshow_ask "${command[@]}" --help | _ipcshow_options)" -- "$cur")
	else
		_ipcshow_operand "${1##*/}"
	fi
}

complete -F _ipcshow ipcshow-bench ipcshow-demo ipcshow-diff ipcshow-dump ipcshow-map ipcshow-ring
