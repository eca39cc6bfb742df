//! Argument lists for each entry of the table, derived from its conditions: what the filter
//! must deny and what it must let through. Tests and attack probes walk these.

use super::table::{Entry, Test};

/// The arguments of one call.
pub type Args = [u64; 6];

/// The argument lists of `entry` that it denies: one for each listed value where the list
/// names what is denied, otherwise one for each of many values that are not listed.
pub fn denied(entry: &Entry) -> Vec<Args> {
    let mut lists = vec![entry.probe];
    for test in entry.when {
        let values = if test.values.negated() { unlisted(test) } else { test.values.values() };
        lists = with_each(&lists, test, &values);
    }
    lists
}

/// What an attack on `entry` passes: each of [`denied`], plain and with high bits set.
pub fn attacks(entry: &Entry) -> Vec<Args> {
    let mut lists: Vec<Args> =
        denied(entry).into_iter().flat_map(|args| [args, with_high_bits(entry, args)]).collect();
    lists.dedup();
    lists
}

/// The argument lists that `entry` itself lets through because exactly one of its tests fails.
/// Another entry of the same call may deny them.
pub fn let_through(entry: &Entry) -> Vec<Args> {
    let mut lists = Vec::new();
    for failing in entry.when {
        let values =
            if failing.values.negated() { failing.values.values() } else { unlisted(failing) };
        lists.extend(with_each(&denied(entry), failing, &values));
    }
    lists
}

/// Whether `entry` denies a call with these arguments: its description, read without any BPF.
pub fn describes(entry: &Entry, args: &Args) -> bool {
    entry.when.iter().all(|test| {
        let low = args[usize::from(test.arg)] & u64::from(test.mask);
        let listed = test.values.values();
        listed.iter().any(|value| u64::from(*value) == low) != test.values.negated()
    })
}

/// A call with other high halves, which the kernel does not read in these arguments; a filter that
/// compared whole arguments would be evaded.
pub fn with_high_bits(entry: &Entry, mut args: Args) -> Args {
    for test in entry.when {
        args[usize::from(test.arg)] |= 0xffff_ffff_0000_0000;
    }
    args
}

/// Small numbers and single bits, as far as they are neither masked away nor listed.
fn unlisted(test: &Test) -> Vec<u32> {
    let listed = test.values.values();
    let mut values: Vec<u32> = (0..64)
        .chain((6..32).map(|bit| 1 << bit))
        .map(|value| value & test.mask)
        .filter(|value| !listed.contains(value))
        .collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// Each list with each value put into the masked bits of the tested argument.
fn with_each(lists: &[Args], test: &Test, values: &[u32]) -> Vec<Args> {
    let each = |args: &Args| {
        let args = *args;
        values.iter().map(move |value| {
            let mut args = args;
            let slot = &mut args[usize::from(test.arg)];
            *slot = *slot & u64::from(!test.mask) | u64::from(*value);
            args
        })
    };
    lists.iter().flat_map(each).collect()
}
