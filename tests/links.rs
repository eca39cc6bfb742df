//! Every link of the pages leads somewhere: to a file of the repository, and to a heading in it.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo and nextest set it").into()
}

/// The pages: those at the top, and docs/.
fn pages() -> Vec<PathBuf> {
    let pages = [root(), root().join("docs")].into_iter().flat_map(|directory| {
        fs::read_dir(directory)
            .expect("a directory of pages")
            .map(|entry| entry.expect("one").path())
    });
    let is_page = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md");
    let pages: Vec<PathBuf> = pages.filter(is_page).collect();
    assert!(pages.len() > 10, "the pages are found");
    pages
}

/// What the links of a page name, code blocks left out.
fn targets(text: &str) -> Vec<String> {
    let mut in_block = false;
    let prose = text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        in_block ^= fence;
        !fence && !in_block
    });
    let text = prose.collect::<Vec<_>>().join("\n");
    let bounds = [("](", ')'), ("src=\"", '"'), ("srcset=\"", '"')];
    let found = bounds.iter().flat_map(|(open, close)| {
        text.split(open).skip(1).filter_map(|rest| rest.split(*close).next())
    });
    found.map(str::to_owned).collect()
}

/// The anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter_map(|line| line.strip_prefix('#'));
    headings.map(|line| anchor(line.trim_start_matches('#'))).collect()
}

/// Why a link of `page` leads nowhere.
fn broken(page: &Path, text: &str, target: &str) -> Option<String> {
    if target.starts_with("http://") || target.starts_with("https://") {
        return None;
    }
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let path = match file {
        "" => page.to_owned(),
        file => page.parent().expect("a page is in a directory").join(file),
    };
    if !path.exists() {
        return Some(format!("{}: {target} is not there", page.display()));
    }
    let there = if file.is_empty() {
        text.to_owned()
    } else {
        fs::read_to_string(&path).unwrap_or_default()
    };
    (!heading.is_empty() && !anchors(&there).iter().any(|anchor| anchor == heading))
        .then(|| format!("{}: {target} has no such heading", page.display()))
}

#[test]
fn every_link_leads_somewhere() {
    let mut faults = Vec::new();
    let mut seen = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        let targets = targets(&text);
        seen += targets.len();
        faults.extend(targets.iter().filter_map(|target| broken(&page, &text, target)));
    }
    assert!(seen > 50, "links are found");
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_link_that_leads_nowhere_is_seen() {
    let page = root().join("README.md");
    let text = "# A heading, `code`\n[a](nowhere.md) [b](#a-heading-code) [c](#none) [d](LICENSE)";
    let faults: Vec<bool> =
        targets(text).iter().map(|target| broken(&page, text, target).is_some()).collect();
    assert_eq!(faults, [true, false, true, false]);
}
