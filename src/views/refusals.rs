//! What the network filter refused during a run.

use egress::tally::Tally;

use crate::messages::warning;
use crate::text::visible;

/// So many destinations are told; a hostile command could make any number.
const ROWS: usize = 20;

/// Each destination with its count and the flag that would allow it, the most frequent first.
pub fn tell(tally: &Tally) {
    lines(tally).iter().for_each(warning);
}

fn lines(tally: &Tally) -> Vec<String> {
    let mut rows: Vec<_> = tally.refused.iter().collect();
    rows.sort_by_key(|(_, refused)| std::cmp::Reverse(refused.count));
    let line = |(destination, refused): &(&String, &egress::tally::Refused)| {
        let times = match refused.count {
            1 => String::new(),
            count => format!(" {count} times"),
        };
        let remedy = match &refused.remedy {
            Some(rule) => format!("; to allow it, type --allow-host {}", visible(rule)),
            None => String::new(),
        };
        format!(
            "network: {} refused{times}: {}{remedy}",
            visible(destination),
            visible(&refused.why)
        )
    };
    let mut lines: Vec<String> = rows.iter().take(ROWS).map(line).collect();
    let rest = rows.len().saturating_sub(ROWS) as u64 + tally.others;
    if rest > 0 {
        lines.push(format!("network: and {rest} more refusals of that kind"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use egress::tally::Refused;

    use super::*;

    #[test]
    fn the_most_frequent_is_told_first_with_the_flag_that_would_allow_it() {
        let refused = |count, remedy: Option<&str>| Refused {
            count,
            why: "no rule allows it".into(),
            remedy: remedy.map(str::to_owned),
        };
        let mut tally = Tally::default();
        tally.refused.insert("a.example:22".into(), refused(1, Some("a.example:22")));
        tally.refused.insert("b.example".into(), refused(3, None));
        assert_eq!(
            lines(&tally),
            [
                "network: b.example refused 3 times: no rule allows it",
                "network: a.example:22 refused: no rule allows it; to allow it, type --allow-host \
                 a.example:22",
            ]
        );
    }

    #[test]
    fn so_many_are_told_and_the_others_counted() {
        let mut tally = Tally { others: 5, ..Tally::default() };
        for number in 0..30 {
            let row = Refused { count: 1, why: "x".into(), remedy: None };
            tally.refused.insert(format!("{number:02}.example"), row);
        }
        let lines = lines(&tally);
        assert_eq!(lines.len(), ROWS + 1);
        assert_eq!(lines[ROWS], "network: and 15 more refusals of that kind");
    }
}
