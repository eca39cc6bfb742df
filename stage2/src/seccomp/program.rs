//! Assembles the table into classic BPF.
//!
//! Own assembler, because the ones in crates know one errno per filter, search linearly, and
//! cannot refuse the x32 numbers as a range. The shape:
//!
//! ```text
//! foreign architecture?  -> kill
//! x32 number?            -> EPERM
//! binary search by system-call number, then that call's conditions
//! allow
//! ```
//!
//! The kernel works out once which numbers are always allowed and does not run the program
//! for those again (`seccomp_cache_prepare`, Linux 5.11), so only calls with a condition on
//! an argument pay for it.

use std::collections::BTreeMap;

use super::Arch;
use super::table::{self, Deny, Entry, Test};
use crate::spec::Seccomp;

/// One instruction, laid out as `struct sock_filter` of `linux/filter.h`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Instruction {
    /// What to do.
    pub code: u16,
    /// How many instructions to pass over when a comparison holds.
    pub jt: u8,
    /// How many when it does not.
    pub jf: u8,
    /// The operand.
    pub k: u32,
}

// linux/bpf_common.h
pub(super) const LOAD: u16 = 0x20; // BPF_LD | BPF_W | BPF_ABS
pub(super) const AND: u16 = 0x54; // BPF_ALU | BPF_AND | BPF_K
pub(super) const JUMP: u16 = 0x05; // BPF_JMP | BPF_JA
pub(super) const JUMP_EQ: u16 = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
pub(super) const JUMP_GE: u16 = 0x35; // BPF_JMP | BPF_JGE | BPF_K
pub(super) const RETURN: u16 = 0x06; // BPF_RET | BPF_K

// linux/seccomp.h
pub(super) const ALLOW: u32 = 0x7fff_0000;
pub(super) const ERRNO: u32 = 0x0005_0000;
pub(super) const KILL_PROCESS: u32 = 0x8000_0000;

// Offsets in struct seccomp_data.
pub(super) const NR: u32 = 0;
const ARCH: u32 = 4;
const ARGS: u32 = 16;

/// `__X32_SYSCALL_BIT`: the x32 ABI shares x86-64's architecture value and has its own numbers
/// from here on, twins of nearly all the others.
pub(super) const X32_BIT: u32 = 0x4000_0000;

/// How many calls are compared one after the other at a leaf of the search.
const LEAF: usize = 4;

impl Arch {
    /// The value the kernel reports (`linux/audit.h`).
    pub(super) fn audit(self) -> u32 {
        match self {
            Self::X86_64 => 0xc000_003e,
            Self::Aarch64 => 0xc000_00b7,
        }
    }
}

/// The filter for `arch`.
///
/// A call through another architecture's entry point, such as i386's `int 0x80`, kills the
/// process: its numbers mean other calls. An errno would be no kindness to a 32-bit program:
/// no call of it would work, `exit` included, and one that retries `exit` would spin.
pub fn assemble(arch: Arch, profile: Seccomp) -> Vec<Instruction> {
    let mut calls: BTreeMap<u32, Vec<&Entry>> = BTreeMap::new();
    for (number, entry) in table::entries(arch, profile) {
        calls.entry(number).or_default().push(entry);
    }
    let calls: Vec<(u32, Vec<Instruction>)> =
        calls.into_iter().map(|(number, entries)| (number, verdict(&entries))).collect();

    let mut program = vec![
        statement(LOAD, ARCH),
        jump(JUMP_EQ, arch.audit(), 1, 0),
        statement(RETURN, KILL_PROCESS),
        statement(LOAD, NR),
    ];
    if arch == Arch::X86_64 {
        program.push(jump(JUMP_GE, X32_BIT, 0, 1));
        program.push(statement(RETURN, Deny::Eperm.action()));
    }
    program.extend(search(&calls));
    program
}

impl Deny {
    /// The filter's return value; the low half is the errno, the same on both architectures.
    pub(super) fn action(self) -> u32 {
        ERRNO
            | match self {
                Self::Eperm => 1,
                Self::Enosys => 38,
            }
    }
}

/// Finds the number in the accumulator among `calls`, which are sorted.
fn search(calls: &[(u32, Vec<Instruction>)]) -> Vec<Instruction> {
    let mut code = Vec::new();
    if calls.len() <= LEAF {
        for (number, verdict) in calls {
            code.push(jump(JUMP_EQ, *number, 0, short(verdict.len())));
            code.extend(verdict);
        }
        code.push(statement(RETURN, ALLOW));
        return code;
    }
    let (low, high) = calls.split_at(calls.len() / 2);
    let low_code = search(low);
    // The offsets of a comparison are one byte; the plain jump's is a word.
    code.push(jump(JUMP_GE, high[0].0, 0, 1));
    code.push(statement(JUMP, word(low_code.len())));
    code.extend(low_code);
    code.extend(search(high));
    code
}

/// What happens to one call: the first entry whose tests all hold decides.
fn verdict(entries: &[&Entry]) -> Vec<Instruction> {
    let mut code = Vec::new();
    for entry in entries {
        code.extend(rule(entry));
        if entry.when.is_empty() {
            return code;
        }
    }
    code.push(statement(RETURN, ALLOW));
    code
}

/// One entry: falls through its tests to the denial, or jumps behind it.
fn rule(entry: &Entry) -> Vec<Instruction> {
    let mut code = vec![statement(RETURN, entry.deny.action())];
    for test in entry.when.iter().rev() {
        let mut with_test = compare(test, code.len());
        with_test.extend(code);
        code = with_test;
    }
    code
}

/// Passes over the next `rest` instructions where `test` does not hold.
fn compare(test: &Test, rest: usize) -> Vec<Instruction> {
    // The low half of the argument: the kernel reads an int or a flag word there and ignores
    // the other half, so it must not decide here either. Both architectures are little-endian.
    let mut code = vec![statement(LOAD, ARGS + 8 * u32::from(test.arg))];
    if test.mask != u32::MAX {
        code.push(statement(AND, test.mask));
    }
    let values = test.values.values();
    for (index, value) in values.iter().enumerate() {
        let left = values.len() - 1 - index;
        let (found, exhausted) = if test.values.negated() {
            (left + rest, 0)
        } else {
            (left, if left == 0 { rest } else { 0 })
        };
        code.push(jump(JUMP_EQ, *value, short(found), short(exhausted)));
    }
    code
}

fn statement(code: u16, k: u32) -> Instruction {
    jump(code, k, 0, 0)
}

fn jump(code: u16, k: u32, jt: u8, jf: u8) -> Instruction {
    Instruction { code, jt, jf, k }
}

/// The table is constant and a test assembles all of it, so an offset that does not fit is
/// found there and never at run time.
fn short(offset: usize) -> u8 {
    u8::try_from(offset).expect("a call's conditions are shorter than 256 instructions")
}

fn word(offset: usize) -> u32 {
    u32::try_from(offset).expect("a program is shorter than 4096 instructions")
}
