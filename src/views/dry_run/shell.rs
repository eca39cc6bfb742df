//! `--dry-run`: the jail as a command that works when pasted into a shell.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use stage2::spec::{ENTRY_POINT, Foreground};

use crate::backend::bwrap::{self, Words};
use crate::backend::seatbelt::{self, Profile};
use crate::error::Error;
use crate::host::bubblewrap::Bubblewrap;
use crate::host::builder::Builder;
use crate::host::{Host, Stdio};
use crate::plan::{EnvEdit, Inheritance, Network, Places, Plan, Terminal};
use crate::spec::{self, Descriptors};
use crate::text::{obeyed, visible_json};

/// The descriptors that the shell opens: ourselves, and the spec. POSIX shells have one digit.
const SELF_FD: u8 = 8;
const SPEC_FD: u8 = 9;

/// A command for POSIX sh, one option a line. Without a front it uses the caller's terminal.
///
/// # Errors
///
/// A builder of another system than the plan's.
pub fn command(
    plan: &Plan,
    host: &Host,
    builder: &Builder,
    ourselves: &Path,
) -> Result<Vec<u8>, Error> {
    let terminal = Terminal::without_front(plan.facts, host);
    let mut plan = Plan { terminal, ..plan.clone() };
    // Nobody would be there to filter.
    if plan.network.filter().is_some() {
        plan.network = Network::None;
    }
    let plan = &plan;
    match (builder, &plan.places) {
        (Builder::Bubblewrap(bubblewrap), Places::Linux(_)) => {
            let options = bwrap::options(plan, bubblewrap, &bwrap::Sources::new());
            Ok(self::bubblewrap(plan, host, bubblewrap, &options, ourselves))
        }
        (Builder::SandboxExec(program), Places::MacOs(macos)) => {
            let profile = seatbelt::profile(macos, &plan.network);
            Ok(sandbox_exec(plan, host, program, &profile, ourselves))
        }
        _ => Err(Error::Foreign { builder: builder.name() }),
    }
}

fn bubblewrap(
    plan: &Plan,
    host: &Host,
    bubblewrap: &Bubblewrap,
    options: &[Words],
    ourselves: &Path,
) -> Vec<u8> {
    let mut text = own_home(plan);
    text.extend(quote(bubblewrap.path.as_os_str()));
    for words in options {
        text.extend_from_slice(b" \\\n ");
        let given = words.get(1).and_then(|name| given(plan, name));
        for (at, word) in words.iter().enumerate() {
            text.push(b' ');
            match given.filter(|_| at == 2 && words[0] == "--setenv") {
                Some(name) => text.extend(from_shell(name)),
                None => text.extend(quote(word)),
            }
        }
    }
    let inner = format!(" \\\n  -- /proc/self/fd/{SELF_FD} {ENTRY_POINT} {SPEC_FD} {SELF_FD}<");
    text.extend(inner.bytes());
    text.extend(quote(ourselves.as_os_str()));
    text.extend(here_document(plan, host));
    text
}

/// What makes the directories of the jails' own home, as a run does.
fn own_home(plan: &Plan) -> Vec<u8> {
    if plan.own.is_empty() {
        return Vec::new();
    }
    let mut text = b"(umask 077 && mkdir -p".to_vec();
    for directory in &plan.own {
        append(&mut text, &[directory.as_os_str()]);
    }
    text.extend_from_slice(b") && \\\n");
    text
}

/// `env(1)`, `cd` and `mkdir(1)` do what bubblewrap does of itself.
fn sandbox_exec(
    plan: &Plan,
    host: &Host,
    program: &Path,
    profile: &Profile,
    ourselves: &Path,
) -> Vec<u8> {
    let mut text = b"cd ".to_vec();
    text.extend(quote(plan.directory.as_os_str()));
    if let Some(path) = plan.macos().and_then(|macos| macos.own_temporary.as_deref()) {
        // Pasted twice it is there. A later run of ours removes what nobody uses any more.
        let path = quote(path.as_os_str());
        let words = [&b" && { [ -O "[..], &path, b" ] || mkdir -m 700 ", &path, b"; }"];
        text.extend(words.concat());
    }
    text.extend_from_slice(b" && env");
    let mut variables = Vec::new();
    for edit in &plan.environment {
        if let EnvEdit::Given(name, _) = edit {
            let assignment = [quote(name), b"=".to_vec(), from_shell(name)].concat();
            variables.push(assignment);
        }
    }
    let mut line = |words: &[&OsStr]| append(&mut text, words);
    if plan.facts.environment == Inheritance::Cleared {
        line(&["-i".as_ref()]);
    }
    for edit in &plan.environment {
        if let EnvEdit::Unset(name, _) = edit {
            line(&["-u".as_ref(), name]);
        }
    }
    for edit in &plan.environment {
        if let EnvEdit::Set(name, value) = edit {
            line(&[&with_value(name, value)]);
        }
    }
    for variable in variables {
        text.extend_from_slice(b" \\\n  ");
        text.extend(variable);
    }
    let mut line = |words: &[&OsStr]| append(&mut text, words);
    line(&[program.as_os_str(), "-p".as_ref(), profile.policy.as_ref()]);
    for (key, value) in &profile.parameters {
        line(&["-D".as_ref(), &with_value(key.as_ref(), value)]);
    }
    line(&[ourselves.as_os_str(), ENTRY_POINT.as_ref(), SPEC_FD.to_string().as_ref()]);
    text.extend(here_document(plan, host));
    text
}

/// A line of quoted words.
fn append(text: &mut Vec<u8>, words: &[&OsStr]) {
    text.extend_from_slice(b" \\\n ");
    for word in words {
        text.push(b' ');
        text.extend(quote(word));
    }
}

/// The name of a variable that the user hands on, whose value is shown nowhere.
fn given<'a>(plan: &'a Plan, name: &OsStr) -> Option<&'a OsStr> {
    plan.environment.iter().find_map(|edit| match edit {
        EnvEdit::Given(given, _) if given == name => Some(given.as_os_str()),
        _ => None,
    })
}

/// The value that the shell has for a variable, which it asks for where it has none.
fn from_shell(name: &OsStr) -> Vec<u8> {
    let bytes = name.as_bytes();
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    // No shell can have a variable of another name.
    if !bytes.iter().all(is_name) || bytes.first().is_some_and(u8::is_ascii_digit) {
        return b"''".to_vec();
    }
    [b"\"${", bytes, b"?}\""].concat()
}

/// `NAME=VALUE`.
fn with_value(name: &OsStr, value: &OsStr) -> OsString {
    let mut text = name.to_owned();
    text.push("=");
    text.push(value);
    text
}

/// Stage two's spec, as the shell hands it over.
fn here_document(plan: &Plan, host: &Host) -> Vec<u8> {
    let stdio = [(0, host.stdio[0]), (1, host.stdio[1]), (2, host.stdio[2])]
        .map(|(number, stream)| (stream != Stdio::Closed).then_some(number));
    let spec =
        spec::render(plan, Descriptors { control: None, stdio, pty: None }, Foreground::OnDemand);
    format!(" {SPEC_FD}<<'END'\n{}\nEND\n", visible_json(&spec.to_json())).into()
}

/// Quotes a word for POSIX sh. What a terminal would obey, and what is not UTF-8, is written as
/// `printf` escapes, so that the text can be shown; a newline cannot harm and would not survive
/// `$(…)`.
fn quote(word: &OsStr) -> Vec<u8> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"%+,-./:=@_".contains(byte);
    let bytes = word.as_bytes();
    if !bytes.is_empty() && bytes.iter().all(plain) {
        return bytes.to_vec();
    }
    let mut quoted = vec![b'\''];
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            let text = char.encode_utf8(&mut [0; 4]).to_owned();
            match char {
                '\'' => quoted.extend_from_slice(b"'\\''"),
                '\n' | '\t' => quoted.extend(text.bytes()),
                _ if obeyed(char) => quoted.extend(escaped(text.as_bytes())),
                _ => quoted.extend(text.bytes()),
            }
        }
        if !chunk.invalid().is_empty() {
            quoted.extend(escaped(chunk.invalid()));
        }
    }
    quoted.push(b'\'');
    quoted
}

/// Bytes as a command substitution, between two quoted parts.
fn escaped(bytes: &[u8]) -> Vec<u8> {
    let mut text = String::from("'\"$(printf '");
    for byte in bytes {
        let _ = write!(text, "\\{byte:03o}");
    }
    text.push_str("')\"'");
    text.into_bytes()
}
