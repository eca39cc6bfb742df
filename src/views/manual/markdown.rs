//! A page of `docs/` as a section of the manual page: the little of Markdown that such a page has.

use roff::{Inline, Roff, bold, roman};

/// Appends a page: its title is the section, its headings are subsections.
pub fn append(manual: &mut Roff, page: &str) {
    // man(1) in a plain locale has no such sign.
    let page = page.replace('\u{2026}', "...");
    let mut lines = page.lines();
    let mut begins_paragraph = false;
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("# ") {
            manual.control("SH", [title.to_uppercase().as_str()]);
        } else if let Some(heading) = line.strip_prefix("## ") {
            manual.control("SS", [heading]);
        } else if line.starts_with("```") {
            block(manual, lines.by_ref().take_while(|line| !line.starts_with("```")));
        } else if line.is_empty() {
            begins_paragraph = true;
            continue;
        } else {
            if begins_paragraph {
                manual.control("PP", []);
            }
            manual.text(inlines(line));
        }
        begins_paragraph = false;
    }
}

/// A block of code, indented, its lines as they are.
fn block<'a>(manual: &mut Roff, lines: impl Iterator<Item = &'a str>) {
    manual.control("PP", []).control("RS", ["4"]).control("nf", []);
    for line in lines {
        manual.text([roman(line)]);
    }
    manual.control("fi", []).control("RE", []);
}

/// A line of a paragraph: code in bold, a link as its text.
fn inlines(line: &str) -> Vec<Inline> {
    let parts = line.split('`').enumerate();
    parts
        .map(|(index, part)| if index % 2 == 1 { bold(part) } else { roman(unlinked(part)) })
        .collect()
}

/// Text without the targets of its links.
fn unlinked(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        let link = after.split_once("](").and_then(|(name, after)| {
            let (_, after) = after.split_once(')')?;
            (!name.contains(']')).then_some((name, after))
        });
        let (name, after) = link.unwrap_or(("[", after));
        out.push_str(name);
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(page: &str) -> String {
        let mut manual = Roff::new();
        append(&mut manual, page);
        manual.render()
    }

    #[test]
    fn a_page_is_a_section_with_subsections() {
        let page = "# Trouble\n\nSee [here](a.md) for `x`.\nMore.\n\n## A `-` b\n\n```sh\n.dot\nls 'x'\n```\n";
        let text = rendered(page);
        for part in [".SH TROUBLE\n", "See here for ", ".SS ", ".nf\n", ".RE"] {
            assert!(text.contains(part), "{part:?} is not in {text}");
        }
        assert!(!text.contains("a.md") && !text.contains("```"), "{text}");
        let dot = text.lines().find(|line| line.contains("dot")).expect("the line");
        assert!(!dot.starts_with('.'), "a line of code is no request: {dot}");
    }

    #[test]
    fn what_is_no_link_stays() {
        assert_eq!(unlinked("a [b] c [d](e) [f"), "a [b] c d [f");
    }
}
