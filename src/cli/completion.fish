# Completion of `lab`, `bin/lab` and `npm run lab` for fish. For this shell:
#
#   bin/lab completion fish | source
#
# For every shell, once:  bin/lab completion fish >~/.config/fish/completions/lab.fish

# Where the first word of ours stands. Answers are data: fish quotes them.
function __wirelab_from
    set -l first $argv[1]
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l files no
    set -l found 0
    for line in (sh @LAUNCHER@ --complete fish $words[$first..] "$current" 2>/dev/null)
        switch $line
            case '=*'
                set found (math $found + 1)
                string sub -s 2 -- $line
            case files
                set files yes
            case 'command *'
                set -l at (math $first + (string sub -s 9 -- $line))
                set -l before
                if test $at -le (count $words)
                    set before (string escape -- $words[$at..])
                end
                complete -C (string join ' ' -- $before $current)
        end
    end
    if test $files = yes; and begin
            test $found -eq 0; or string match -q '*/*' -- $current; or string match -q '.*' -- $current
        end
        __fish_complete_path $current
    end
end

function __wirelab_is_npm
    set -l words (commandline -opc)
    test (count $words) -ge 3; and contains -- $words[2] run run-script; and test $words[3] = lab
end

complete -c lab -f -a '(__wirelab_from 2)'
complete -c npm -n __wirelab_is_npm -f -a '(__wirelab_from 4)'
