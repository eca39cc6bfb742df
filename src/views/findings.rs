//! What a run left behind that the host would run.

use crate::host::watch::{Finding, What};
use crate::messages::warning;
use crate::text::visible;

/// So many findings are told; a hostile command could make any number.
const FINDINGS: usize = 20;

/// What the host would run that appeared or changed during the run.
pub fn tell(findings: &[Finding]) {
    for Finding { path, what, reason } in findings.iter().take(FINDINGS) {
        let what = match what {
            What::Appeared => "appeared in this run",
            What::Changed => "changed in this run",
            What::Replaced => "was replaced during this run, and writable from then on",
        };
        warning(format!("{} {what}: {reason}", visible(path)));
    }
    if findings.len() > FINDINGS {
        warning(format!("and {} more of that kind", findings.len() - FINDINGS));
    }
}
