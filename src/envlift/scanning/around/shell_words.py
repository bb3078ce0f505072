"""The words of a shell script, as far as its variables need them: quotes, expansions, here-documents, assignments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from envlift.scanning.around.found import NAME

# Set by the shell itself or by every login: whoever uses them asks nothing of the repository.
_OWN = frozenset(
    "BASH BASHPID BASH_SOURCE BASH_VERSION BASH_LINENO BASH_REMATCH COLUMNS DIRSTACK DISPLAY EDITOR EUID FUNCNAME "
    "GROUPS HOME HOSTNAME HOSTTYPE IFS LANG LC_ALL LINENO LINES LOGNAME MACHTYPE OLDPWD OPTARG OPTERR OPTIND OSTYPE "
    "PATH PIPESTATUS PPID PS1 PS2 PS4 PWD RANDOM REPLY SECONDS SHELL SHELLOPTS SHLVL TERM TMPDIR UID USER "
    "ZSH_VERSION _".split()
)
_KEYWORDS = frozenset("if then elif else while until do ! time sudo exec command nohup eval fi done esac { }".split())
_ALL = re.compile(r"[-+]\w*a\w*")
_DECLARE = frozenset(["local", "declare", "typeset", "readonly"])
_ASSIGNMENT = re.compile(rf"({NAME})(\[[^]\0]*\])?\+?=", re.ASCII)
_EXPANSION = rf"\$\{{[#!]?(?P<braced>{NAME})|\$(?P<plain>{NAME})"
_BARE = re.compile(
    rf"(?P<escape>\\[\s\S]?)|(?P<single>\$?'[^']*'?)|(?P<double>\$?\")|(?P<pid>\$\$)|{_EXPANSION}"
    r"|(?P<heredoc><<-?[ \t]*(?:'(?P<q1>[^'\n]+)'|\"(?P<q2>[^\"\n]+)\"|(?P<raw>\\?[A-Za-z_]\w*)))|(?P<here><<<)"
    r"|(?P<open>\$?\()|(?P<close>\))|(?P<newline>\n)|(?P<space>[ \t\f\v]+)|(?P<end>;;?|&&?|\|\|?)|(?P<redirect>[<>])"
    r"|(?P<tick>`)|(?P<hash>\#)|(?P<text>[^\\'\"$()\n \t\f\v;&|<>`#]+|.)",
    re.ASCII | re.DOTALL,
)
_QUOTED = re.compile(
    rf"(?P<escape>\\[\s\S]?)|(?P<double>\")|(?P<pid>\$\$)|{_EXPANSION}|(?P<open>\$\()|(?P<text>[^\\\"$]+|.)",
    re.ASCII | re.DOTALL,
)
_IN_DOCUMENT = re.compile(rf"\\[\s\S]?|\$\$|{_EXPANSION}", re.ASCII)
_ENV_FILE_OPTION = re.compile(r"--env-file(?:=(.+))?\Z")
_TAKERS = frozenset(["source", ".", "dotenv", "dotenv_if_exists", "cat", "grep", "sed"])
_DOTENV_NAME = re.compile(r"(^|/)(\.env(\.[\w.-]+)?|[\w.-]+\.env)\Z")


@dataclass(frozen=True, slots=True)
class Named:
    """A name or a file on a line of the script; ``value`` where one is set literally."""

    name: str
    line: int
    value: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Script:
    """What a script does with its environment."""

    sets: tuple[Named, ...]
    reads: tuple[Named, ...]
    files: tuple[Named, ...]


def read_script(text: str, assigned: Iterable[str] = ()) -> Script:
    """The variables of a script; those of ``assigned`` have a value before it starts. Never raises."""
    reader = _Reader(text, set(assigned))
    reader.run()
    # A function runs after the lines below it, so what they assign is no variable of the environment to it.
    reads = [use for use, in_function in reader.reads if not in_function or use.name not in reader.assigned]
    return Script(tuple(reader.sets), tuple(reads), tuple(reader.files))


@dataclass(slots=True)
class _Command:
    """The words of one simple command so far."""

    words: list[str] = field(default_factory=list)
    prefix: list[Named] = field(default_factory=list)
    """Assignments before the first word: of the shell, or for this command alone where a word follows."""


class _Reader:
    def __init__(self, text: str, assigned: set[str]) -> None:
        self.text = text
        self.assigned = assigned
        self.sets: list[Named] = []
        self.reads: list[tuple[Named, bool]] = []
        self.files: list[Named] = []
        self.line = 1
        self.depth = 0
        self.all_exported = False
        self.word: list[str] | None = None
        self.command = _Command()
        self.above: list[tuple[str, _Command, list[str] | None]] = []
        self.in_quotes = False
        self.is_redirected = False
        self.documents: list[tuple[str, bool]] = []

    def run(self) -> None:
        position = 0
        while position < len(self.text):
            found = (_QUOTED if self.in_quotes else _BARE).match(self.text, position)
            if found is None:
                break
            position = found.end()
            name = found["braced"] or found["plain"]
            if name:
                self.expand(name)
            else:
                position = self.take(found, position)
            self.line += found[0].count("\n")
            if found.lastgroup == "newline":
                position = self.skip_documents(position)
        self.end_command()

    def take(self, found: re.Match[str], position: int) -> int:
        kind, text = found.lastgroup, found[0]
        piece = _piece(kind or "", text)
        if piece is not None:
            self.part(piece)
        elif kind == "heredoc":
            delimiter = found["q1"] or found["q2"] or found["raw"]
            self.documents.append((delimiter.lstrip("\\"), found["raw"] is None or delimiter.startswith("\\")))
        elif kind == "double":
            self.in_quotes = not self.in_quotes
            self.part("")
        elif kind == "open":
            self.enter(text)
        elif kind == "close":
            self.leave()
        elif kind == "hash":
            if self.word is None:
                end = self.text.find("\n", position)
                return len(self.text) if end < 0 else end
            self.part(text)
        elif kind in ("space", "redirect", "here"):
            self.end_word()
            self.is_redirected = self.is_redirected or kind == "redirect"
        elif kind != "escape":  # a line's end, ; & | or a back tick; a backslash there joins the lines
            self.part("\0") if kind == "tick" else None
            self.end_command()
        return position

    def part(self, text: str) -> None:
        if self.word is None:
            self.word = []
        self.word.append(text)

    def expand(self, name: str) -> None:
        self.part("\0")
        if name not in self.assigned and name not in _OWN:
            self.reads.append((Named(name, self.line), self.depth > 0))

    def enter(self, text: str) -> None:
        if text == "$(":
            self.part("\0")
            self.above.append(('"' if self.in_quotes else "", self.command, self.word))
        else:
            array = self.word is not None and _ASSIGNMENT.match("".join(self.word)) is not None
            if not array:
                self.end_word()
            self.part("\0") if array else None
            self.above.append(("", self.command, self.word))
        self.in_quotes, self.command, self.word = False, _Command(), None

    def leave(self) -> None:
        is_empty = self.word is None and not self.command.words
        self.end_command()
        if self.above:
            quotes, self.command, self.word = self.above.pop()
            self.in_quotes = bool(quotes)
            if is_empty and self.word is None and len(self.command.words) == 1:
                self.command = _Command()  # name() { …

    def end_word(self) -> None:
        if self.word is None:
            return
        word, self.word = "".join(self.word), None
        if self.is_redirected:
            self.is_redirected = False
            return
        command = self.command
        assignment = _ASSIGNMENT.match(word)
        if not command.words:
            if assignment:
                command.prefix.append(_assigned(word, assignment, self.line))
                return
            if word in _KEYWORDS:
                self.depth = max(0, self.depth + {"{": 1, "}": -1}.get(word, 0))
                return
        if word == "{" and command.words[:1] == ["function"]:
            self.depth += 1
            self.command = _Command()
            return
        command.words.append(word)
        self.argument(command.words, word, assignment)

    def argument(self, words: list[str], word: str, assignment: re.Match[str] | None) -> None:
        """One more word of a command, which may be one that gives variables values."""
        program = words[0]
        is_first = len(words) == 1
        exports = program in _DECLARE and words[1:2] and words[1].startswith("-") and "x" in words[1]
        if program in ("export", "env") or exports:
            if assignment:
                self.export(_assigned(word, assignment, self.line))
            elif program == "export" and not is_first and re.fullmatch(NAME, word):
                self.export(Named(word, self.line))
        elif program in _DECLARE or program in ("read", "mapfile", "readarray", "getopts", "unset"):
            if assignment or (not is_first and re.fullmatch(NAME, word)):
                self.assigned.add(assignment[1] if assignment else word)
        elif program in ("for", "select") and len(words) == 2:
            self.assigned.add(word)
        elif program == "printenv" and len(words) == 2 and re.fullmatch(NAME, word) and word not in _OWN:
            self.reads.append((Named(word, self.line), self.depth > 0))
        elif program == "set" and not is_first and (_ALL.fullmatch(word) or word == "allexport"):
            self.all_exported = words[1].startswith("-")
        self.file(words, word)

    def file(self, words: list[str], word: str) -> None:
        option = _ENV_FILE_OPTION.match(word)
        if option and option[1]:
            self.files.append(Named(option[1], self.line))
        elif len(words) > 1 and (words[-2] == "--env-file" or (words[0] in _TAKERS and _DOTENV_NAME.search(word))):
            self.files.append(Named(word, self.line))

    def export(self, named: Named) -> None:
        self.sets.append(named)
        self.assigned.add(named.name)

    def end_command(self) -> None:
        self.end_word()
        self.is_redirected = False
        command, self.command = self.command, _Command()
        if command.words == ["dotenv"] or command.words[:2] == ["dotenv", "run"]:
            self.files.append(Named(".env", self.line))
        for named in command.prefix:
            if command.words:
                self.sets.append(named)
            elif self.all_exported:
                self.export(named)
            else:
                self.assigned.add(named.name)

    def skip_documents(self, position: int) -> int:
        """Past the here-documents that were announced on the line above; one without quotes is expanded."""
        for delimiter, is_quoted in self.documents:
            for line_end in self.line_ends(position):
                line = self.text[position:line_end]
                position = min(line_end + 1, len(self.text))
                if line.strip("\t ") == delimiter:
                    self.line += 1 if line_end < len(self.text) else 0
                    break
                if not is_quoted:
                    for found in _IN_DOCUMENT.finditer(line):
                        if name := found["braced"] or found["plain"]:
                            self.expand(name)
                            self.word = None
                self.line += 1 if line_end < len(self.text) else 0
        self.documents.clear()
        return position

    def line_ends(self, position: int) -> Iterator[int]:
        while position < len(self.text):
            end = self.text.find("\n", position)
            end = len(self.text) if end < 0 else end
            yield end
            position = end + 1


def _piece(kind: str, text: str) -> str | None:
    """What a token adds to the word around it, computed text as NUL; None where it is no part of a word."""
    if kind == "text":
        return "\0" if text == "$" or "`" in text else text
    if kind == "escape":
        return text[1:] if text != "\\\n" else None
    if kind == "single":
        return text.lstrip("$").strip("'")
    return "\0" if kind == "pid" else None


def _assigned(word: str, assignment: re.Match[str], line: int) -> Named:
    value = word[assignment.end() :]
    return Named(assignment[1], line, None if "\0" in value else value)
