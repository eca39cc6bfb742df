//! Links of an agent's settings that lead to what the jail does not have, and the map that shows it.

use std::path::{Path, PathBuf};
use std::slice::from_ref;

use crate::host::agent_links::{AgentLink, Part};
use crate::policy::Os;
use crate::policy::home;
use crate::policy::home_row::Treatment;
use crate::text::{visible, visible_word};

/// What without its settings an agent cannot be trusted to do, said at each run.
pub fn lines(name: &str, lacking: &[&AgentLink], home: Option<&Path>) -> Vec<String> {
    let line = |link: &&&AgentLink| {
        let (path, target) = (visible(&link.path), visible(&link.target));
        let so = match link.part {
            Part::Directory => format!("so {name} finds nothing there and may not start"),
            Part::Permissions => "so neither what they allow nor what they forbid holds".to_owned(),
            Part::Other => return None,
        };
        let (what, verb, flag) = match link.part {
            Part::Directory => ("directory", "leads", "--rw-map"),
            _ => ("settings", "lead", "--map"),
        };
        let map = map(flag, from_ref(&link.target), home);
        Some(format!(
            "{name}: its {what} {path} {verb} to {target}, which is not in the jail, {so}{map}"
        ))
    };
    lacking.iter().filter_map(|link| line(&link)).collect()
}

/// Those of the others that are `new`, in one line.
pub fn others(
    name: &str,
    lacking: &[&AgentLink],
    new: &[PathBuf],
    home: Option<&Path>,
) -> Option<String> {
    let is_new = |link: &&&AgentLink| link.part == Part::Other && new.contains(&link.path);
    let links: Vec<_> = lacking.iter().filter(is_new).collect();
    let (first, rest) = links.split_first()?;
    let (path, target) = (visible(&first.path), visible(&first.target));
    if rest.is_empty() {
        let map = map("--map", from_ref(&first.target), home);
        return Some(format!("{name}: {path} leads to {target}, which is not in the jail{map}"));
    }
    let around = |link: &&&AgentLink| {
        let parent = link.target.parent().unwrap_or(&link.target);
        let is_too_much = home.is_some_and(|home| home.starts_with(parent));
        if is_too_much { link.target.clone() } else { parent.to_path_buf() }
    };
    let mut places: Vec<_> = links.iter().map(around).collect();
    places.sort();
    // In the order of paths, what is below a place follows it.
    places.dedup_by(|below, place| below.starts_with(place));
    let map = map("--map", &places, home);
    let more = match rest.len() {
        1 => "so does 1 more link".to_owned(),
        count => format!("so do {count} more links"),
    };
    Some(format!(
        "{name}: {path} leads to {target}, which is not in the jail, and {more} of its settings{map}"
    ))
}

/// The maps that show `places`. What a jail could have made a link to, to have it opened, is not offered.
fn map(flag: &str, places: &[PathBuf], home: Option<&Path>) -> String {
    let is_offered = |place: &&PathBuf| {
        let Some(home) = home else { return false };
        let hidden = |path: &Path| {
            home::find(Os::of_this_build(), path)
                .is_some_and(|row| row.treatment == Treatment::Hidden)
        };
        let below = place.strip_prefix(home).ok();
        !home.starts_with(place) && !below.is_some_and(|below| below.ancestors().any(hidden))
    };
    let maps: Vec<_> = places
        .iter()
        .filter(is_offered)
        .map(|place| format!("{flag} {}", visible_word(place)))
        .collect();
    match maps.as_slice() {
        [] => String::new(),
        [map] => format!("; {map} shows it"),
        maps => format!("; {} show them", maps.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(path: &str, target: &str, part: Part) -> AgentLink {
        AgentLink { path: path.into(), target: target.into(), part }
    }

    const HOME: Option<&str> = Some("/h");

    #[test]
    fn a_directory_is_shown_with_a_map_that_can_be_written() {
        let link = link("/h/.config/opencode", "/h/dot files/o", Part::Directory);
        let expected = "OpenCode: its directory /h/.config/opencode leads to /h/dot files/o, which is not in \
                        the jail, so OpenCode finds nothing there and may not start; --rw-map '/h/dot files/o' shows it";
        assert_eq!(lines("OpenCode", &[&link], HOME.map(Path::new)), [expected]);
    }

    #[test]
    fn many_links_share_a_line_and_the_directories_that_they_lead_to() {
        let links = [
            link("/h/.claude/CLAUDE.md", "/h/rules.md", Part::Other),
            link("/h/.claude/skills/a", "/h/dot/skills/a", Part::Other),
            link("/h/.claude/skills/b", "/h/dot/skills/b", Part::Other),
        ];
        let links: Vec<_> = links.iter().collect();
        let new: Vec<_> = links.iter().map(|link| link.path.clone()).collect();
        let expected = "Claude Code: /h/.claude/CLAUDE.md leads to /h/rules.md, which is not in the jail, and so \
                        do 2 more links of its settings; --map /h/dot/skills --map /h/rules.md show them";
        let say = |new: &[PathBuf]| others("Claude Code", &links, new, HOME.map(Path::new));
        assert_eq!(say(&new).as_deref(), Some(expected));
        let expected = "Claude Code: /h/.claude/skills/b leads to /h/dot/skills/b, which is not in the jail; \
                        --map /h/dot/skills/b shows it";
        assert_eq!(say(&new[2..]).as_deref(), Some(expected));
        assert_eq!(say(&[]), None);
    }

    #[test]
    fn what_no_jail_has_is_not_offered() {
        for target in ["/h/.ssh", "/h/.ssh/id_ed25519", "/h", "/"] {
            let link = link("/h/.claude/CLAUDE.md", target, Part::Other);
            let new = [link.path.clone()];
            let said = others("Claude Code", &[&link], &new, HOME.map(Path::new)).expect("a line");
            assert!(said.ends_with(&format!("{target}, which is not in the jail")), "{said}");
        }
    }
}
