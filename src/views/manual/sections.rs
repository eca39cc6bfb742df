//! Sections of the manual page that clap knows nothing of.

use roff::{Roff, bold, roman};

use crate::cli::EXAMPLES;
use crate::policy::own::{KEPT, SETTINGS_FILE, TRUST_RECORDS};
use crate::policy::own_home::HOMES;

/// A term, and what there is to say of it.
type Term = (&'static str, &'static str);

/// What changes ai-jail itself.
const ENVIRONMENT: &[Term] = &[
    (
        "BWRAP_BIN",
        "The absolute path of the bubblewrap to run, in place of the one on PATH. One that is missing, relative or \
         writable for everybody is an error.",
    ),
    (
        "AI_JAIL_TRUST_ONCE",
        "1 applies a project's settings for this run without asking and without a record, as --trust-once does.",
    ),
    ("AI_JAIL_NO_UPDATE_CHECK", "1 keeps the status bar from asking for a newer version."),
    ("AI_JAIL_UPDATE_URL", "Where the status bar asks for a newer version instead."),
    ("NO_COLOR", "Any value: no colours in messages and in the status bar."),
    ("HOME", "The home whose dotfiles the jail has; from the password file where it is unset."),
    (
        "https_proxy, HTTPS_PROXY, all_proxy, http_proxy, no_proxy",
        "The host's own proxy, which a filtered network uses. The jail does not get these variables then.",
    ),
    ("AI_JAIL", "Set to 1 in every jail, so that programs can tell."),
];

/// What ends a run.
const EXIT_STATUS: &[Term] = &[
    ("0 to 255", "The command's own, where it exited."),
    ("128 + N", "Signal N ended the command."),
    ("127", "The command was not found in the jail; the message says where it was looked for."),
    ("126", "The command was found and could not be executed."),
    (
        "125",
        "ai-jail itself failed: a bad configuration, no bubblewrap, a jail that cannot be built.",
    ),
    ("2", "Wrong usage."),
];

/// What to read next.
const SEE_ALSO: &str = "bwrap(1), landlock(7), seccomp(2), namespaces(7), user_namespaces(7); on macOS sandbox-exec(1)";

/// Adds them.
pub fn append(manual: &mut Roff) {
    manual.control("SH", ["EXAMPLES"]);
    for (line, what) in EXAMPLES {
        term(manual, line, &format!("{}.", capitalised(what)));
    }
    manual.control("SH", ["FILES"]);
    term(manual, SETTINGS_FILE, "The settings of a project, in the directory where a jail starts.");
    for (path, what) in KEPT {
        term(manual, &format!("~/{path}"), &format!("{}.", capitalised(what)));
    }
    let homes = format!("~/{TRUST_RECORDS}/{HOMES}");
    term(
        manual,
        &homes,
        "Homes that jails have of their own, by --own-home; one for each project.",
    );
    manual.control("SH", ["ENVIRONMENT"]);
    terms(manual, ENVIRONMENT);
    manual.control("SH", ["EXIT STATUS"]);
    terms(manual, EXIT_STATUS);
}

/// Adds what closes the page.
pub fn see_also(manual: &mut Roff) {
    manual.control("SH", ["SEE ALSO"]).text([roman(SEE_ALSO)]);
}

fn terms(manual: &mut Roff, terms: &[Term]) {
    for (name, text) in terms {
        term(manual, name, text);
    }
}

/// A paragraph under a term.
fn term(manual: &mut Roff, name: &str, text: &str) {
    manual.control("TP", []).text([bold(name)]).text([roman(text)]);
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}
