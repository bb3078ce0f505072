"""Shell scripts and ``.envrc``: what is exported, what is asked of the environment, what is the script's own."""

from __future__ import annotations

import pytest

from envlift.scanning.around.shell_words import read_script


def reads(text: str) -> list[str]:
    return [f"{use.name}:{use.line}" for use in read_script(text).reads]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("echo $A ${B} ${C:-x} ${#D}\n", ["A:1", "B:1", "C:1", "D:1"]),
        ('echo "$A and ${B}"\n', ["A:1", "B:1"]),
        ("A=${A:-5}\n", ["A:1"]),  # the usual default is a read
        ("echo $A\nA=1\n", ["A:1"]),
        ('if [ -z "$A" ]; then exit 1; fi\n', ["A:1"]),
        ('echo "$(curl -H "X: $A" $B)"\n', ["A:1", "B:1"]),
        ("echo `echo $A`\n", ["A:1"]),
        ("run \\\n  --key $A\n", ["A:2"]),
        ("cat <<EOF\n$A\nEOF\necho $B\n", ["A:2", "B:4"]),
        ("docker run -e A=$A img\n", ["A:1"]),  # an argument, not an assignment
        ("list=(1 $A 2)\necho $list\n", ["A:1"]),
        ("f() { echo $A; }\n", ["A:1"]),
        ("printenv A\n", ["A:1"]),
        ("echo $((1<<2))\necho $A\n", ["A:2"]),
        ("[[ $A =~ ^(x|y)$ ]] && echo ${B}\n", ["A:1", "B:1"]),
        ("case $1 in a) echo $A;; b) echo $B;; esac\n", ["A:1", "B:1"]),
    ],
)
def test_a_read_asks_the_environment(text: str, expected: list[str]) -> None:
    assert reads(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "# $A\n",
        "echo x # $A\n",
        "echo '$A'\n",
        "echo \\$A\n",
        'echo "\\$A"\n',
        "echo $$A\n",  # the process id
        "awk '{print $1, $NF}' f\n",
        "echo $1 $@ $? $# $! $*\n",
        "A=1\necho $A\n",
        "A=$(date)\necho $A\n",
        "for A in 1 2; do echo $A; done\n",
        "read -r A B\necho $A $B\n",
        "local A=1; echo $A\n",
        "export A=1\necho $A\n",
        "while getopts ab A; do echo $A; done\n",
        "use() { echo $A; }\nA=1\nuse\n",  # the function runs after the assignment
        "function use {\n  echo $A\n}\nA=1\n",
        "cat <<'EOF'\n$A\nEOF\n",
        'cat <<-"EOF"\n\t$A\n\tEOF\n',
        "cat <<EOF\n\\$A\nEOF\n",
        "echo $HOME $PWD $RANDOM ${BASH_SOURCE[0]}\n",
        "sed -n '$p' f\n",
    ],
)
def test_what_is_the_scripts_own_is_no_read(text: str) -> None:
    assert reads(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export A=1 B='x y' C=\"z\"\n", [("A", "1"), ("B", "x y"), ("C", "z")]),
        ("A=1\nexport A\n", [("A", None)]),
        ("export A=$B\n", [("A", None)]),
        ("export A=${1:-x}\n", [("A", None)]),
        ("export A=`date`\n", [("A", None)]),
        ("A=1 B=2 ./run.sh\n", [("A", "1"), ("B", "2")]),
        ("declare -x A=1\n", [("A", "1")]),
        ("env A=1 ./run.sh\n", [("A", "1")]),
        ("set -a\nA=1\nset +a\nB=2\n", [("A", "1")]),
        ("set -o allexport\nA=1\nset +o allexport\nB=2\n", [("A", "1")]),
        ("export A=a\\ b\n", [("A", "a b")]),
        ("A=1\n", []),
        ("A=1; echo x\n", []),
        ("local A=1\n", []),
        ("echo A=1\n", []),
        ("# export A=1\n", []),
        ("echo 'export A=1'\n", []),
        ("cat <<EOF\nexport A=1\nEOF\n", []),
    ],
)
def test_what_a_script_gives_to_its_children(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert [(named.name, named.value) for named in read_script(text).sets] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("source .env\n", [".env"]),
        (". ./conf/prod.env\n", ["./conf/prod.env"]),
        ("set -a; . .env; set +a\n", [".env"]),
        ("dotenv\n", [".env"]),
        ("dotenv .env.dev\n", [".env.dev"]),
        ("export $(grep -v '^#' .env | xargs)\n", [".env"]),
        ("docker run --env-file .env.prod img\n", [".env.prod"]),
        ("docker compose --env-file=stack.env up\n", ["stack.env"]),
        ("source lib.sh\n", []),
        ("cat > .env <<EOF\nA=1\nEOF\n", []),  # it makes the file
        ("rm .env\n", []),
        ("cp .env.example .env\n", []),
    ],
)
def test_whole_files_that_a_script_takes(text: str, expected: list[str]) -> None:
    assert [file.name for file in read_script(text).files] == expected
