//! The commands that ask, as each agent spells them.

use crate::policy::asked::{ASKED, Asked};
use crate::policy::env;

/// The pattern of `OpenCode` for every command.
pub const EVERYTHING: &str = "*";

/// By this name the hook is known again.
pub const HOOK_NAME: &str = "ai-jail";

/// Crush's tool for shell commands.
pub const HOOK_MATCHER: &str = "^bash$";

/// Claude Code: `Bash(git push *)`.
pub fn rules() -> Vec<String> {
    ASKED.iter().map(|asked| format!("Bash({})", glob(asked))).collect()
}

/// `OpenCode`: everything first, since the last pattern that fits decides.
pub fn patterns() -> Vec<(String, String)> {
    let everything = std::iter::once((EVERYTHING.to_owned(), "allow".to_owned()));
    everything.chain(ASKED.iter().map(|asked| (glob(asked), "ask".to_owned()))).collect()
}

/// The command with whatever may follow. ` *` at the end stands for nothing as well, but only
/// where it is the pattern's one star.
fn glob(asked: &Asked) -> String {
    let space = if asked.words().is_some() { " " } else { "" };
    format!("{}{space}*", asked.command)
}

/// A rule without the differences that make none: Claude Code's old `Bash(git push:*)` says
/// `Bash(git push *)`.
pub fn same(rule: &str) -> String {
    match rule.strip_suffix(":*)") {
        Some(start) => format!("{start} *)"),
        None => rule.to_owned(),
    }
}

/// Codex: the words of a rule, as its rule files have them, and the reason.
pub fn prefixes() -> impl Iterator<Item = (String, &'static str)> {
    ASKED.iter().filter_map(|asked| {
        let words: Vec<_> = asked.words()?.iter().map(|word| format!("\"{word}\"")).collect();
        Some((format!("[{}]", words.join(", ")), asked.reason))
    })
}

/// Gemini CLI: one rule that allows, and one above it that asks. The lowest numbers, so that every rule of the
/// user's outranks both; its modes `plan` and `yolo` stay what they are.
pub fn policy() -> String {
    let plain = ASKED.iter().filter(|asked| asked.words().is_some());
    let commands: Vec<_> = plain.map(|asked| format!("  \"{}\",\n", asked.command)).collect();
    format!(
        "# Written by `ai-jail --bootstrap`: what runs without a question in a jail, and what asks there too.\n\
         [[rule]]\n\
         toolName = [\"run_shell_command\", \"replace\", \"write_file\", \"web_fetch\"]\n\
         decision = \"allow\"\n\
         priority = 0\n\
         modes = [\"default\", \"autoEdit\"]\n\
         allowRedirection = true\n\
         \n\
         [[rule]]\n\
         toolName = \"run_shell_command\"\n\
         commandPrefix = [\n{}]\n\
         decision = \"ask_user\"\n\
         priority = 1\n\
         modes = [\"default\", \"autoEdit\"]\n",
        commands.concat()
    )
}

/// Continue: what asks outranks what is allowed. Its star stands for anything, a part of a word too.
pub fn lists() -> String {
    let asked = |asked: &Asked| match asked.words() {
        Some(_) => format!("  - \"Bash({0})\"\n  - \"Bash({0} *)\"\n", asked.command),
        None => format!("  - \"Bash({}*)\"\n", asked.command),
    };
    let asked: Vec<_> = ASKED.iter().map(asked).collect();
    format!(
        "# Written by `ai-jail --bootstrap`: what runs without a question in a jail, and what asks there too.\n\
         allow:\n  - \"Bash\"\n  - \"Edit\"\n  - \"MultiEdit\"\n  - \"Write\"\n\
         ask:\n{}",
        asked.concat()
    )
}

/// Crush: a shell command that allows what does not ask, if this is a jail. Where it says
/// nothing Crush asks as always, so whatever goes wrong in it ends in a prompt.
pub fn hook_command() -> String {
    let pattern = |asked: &Asked| {
        let words: Vec<_> = asked.command.split(" * ").map(|words| format!("'{words}'")).collect();
        // A command begins and ends where a word does: `rm` is not in `npm run format`.
        format!("*[!A-Za-z0-9_.-]{}[!A-Za-z0-9_-]*", words.join("*"))
    };
    let patterns: Vec<_> = ASKED.iter().map(pattern).collect();
    format!(
        "if [ \"${mark}\" = 1 ] && [ -n \"$CRUSH_TOOL_INPUT_COMMAND\" ]; then \
         case \" $CRUSH_TOOL_INPUT_COMMAND \" in {patterns}) ;; \
         *) echo '{{\"decision\":\"allow\"}}' ;; esac; fi",
        mark = env::MARKER,
        patterns = patterns.join("|"),
    )
}
