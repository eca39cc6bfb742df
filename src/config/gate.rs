//! Asking the user, where there is one to ask.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};

use nix::sys::termios::{FlushArg, tcflush};

use super::asked::Asked;
use super::error::ConfigError;
use super::load::Loaded;
use super::paths::Paths;
use super::record;
use super::trust::Verdict;
use crate::cli::Cli;
use crate::text::visible;

/// A terminal to ask on.
pub struct Prompt<'a> {
    /// Where the answer comes from; read a byte at a time, so nothing behind the answer is lost.
    pub input: &'a mut dyn Read,
    /// Where the question goes.
    pub output: &'a mut dyn Write,
}

/// The user's answer.
enum Answer {
    Yes,
    Once,
    No,
}

/// Lets a run pass whose project file may have what it asks for, asks where it may not and
/// there is somebody to ask, and stops the run otherwise. `--dry-run` and `--exec` never ask.
pub fn gate(
    cli: &Cli,
    loaded: &Loaded,
    paths: &Paths,
    verdict: &Verdict,
    prompt: Option<Prompt<'_>>,
) -> Result<(), ConfigError> {
    let Verdict::Untrusted(asked) = verdict else {
        return Ok(());
    };
    let Some(mut prompt) = prompt.filter(|_| !cli.exec && cli.dry_run.is_none()) else {
        return Err(ConfigError::Untrusted {
            path: paths.project_file.clone(),
            asked: asked.clone(),
            recordable: paths.trust_dir.is_some(),
        });
    };
    match ask(&mut prompt, asked, paths) {
        // The text that was shown is the one recorded, whatever is on disk by now.
        Ok(Answer::Yes) => {
            let text = loaded.project.text.as_deref().unwrap_or_default();
            if let Err(error) = record::write(paths, text, &loaded.project.fields) {
                let _ = writeln!(prompt.output, "ai-jail: {error}");
            }
            Ok(())
        }
        Ok(Answer::Once) => Ok(()),
        Ok(Answer::No) | Err(_) => Err(ConfigError::Declined { path: paths.project_file.clone() }),
    }
}

/// The terminal, if the user is at one. `/dev/tty` and not stdin, whose bytes belong to the
/// command.
pub fn terminal() -> Option<File> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return None;
    }
    let tty = File::options().read(true).write(true).open("/dev/tty").ok()?;
    // What was typed before the question was seen is no answer to it.
    let _ = tcflush(&tty, FlushArg::TCIFLUSH);
    Some(tty)
}

fn ask(prompt: &mut Prompt<'_>, asked: &Asked, paths: &Paths) -> io::Result<Answer> {
    let path = visible(&paths.project_file);
    let yes = if paths.trust_dir.is_some() { "[y]es, remember it / " } else { "" };
    // The number, because a long list scrolls its beginning out of sight.
    let all = match asked.items.len() {
        1 => "this".to_owned(),
        count => format!("all {count}"),
    };
    write!(
        prompt.output,
        "ai-jail: {path} is not trusted. {asked}\nAllow {all}? {yes}[o]nce / [N]o: "
    )?;
    prompt.output.flush()?;
    let answer = line(prompt.input)?;
    Ok(match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" if paths.trust_dir.is_some() => Answer::Yes,
        "o" | "once" => Answer::Once,
        _ => Answer::No,
    })
}

/// One line, without its end. An answer longer than this is none.
fn line(input: &mut dyn Read) -> io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while line.len() < 64 && input.read(&mut byte)? == 1 && byte[0] != b'\n' {
        line.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}
