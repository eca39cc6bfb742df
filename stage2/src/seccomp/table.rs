//! What an entry of the filter's table is made of. The entries are in [`super::calls`].
//!
//! Numbers are plain data for both architectures, so every filter can be assembled and tested
//! on any system. Sources: the kernel's `arch/x86/entry/syscalls/syscall_64.tbl` and
//! `include/uapi/asm-generic/unistd.h`, which arm64 uses.

use super::{Arch, calls};
use crate::spec::Seccomp;

/// One denied system call, or one condition under which it is denied.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The kernel's name for it.
    pub name: &'static str,
    /// Its number on x86-64; `None` where the architecture does not have the call.
    pub x86_64: Option<u32>,
    /// Its number on arm64.
    pub aarch64: Option<u32>,
    /// The call is denied where all of these hold; always, where there are none.
    pub when: &'static [Test],
    /// What the caller gets.
    pub deny: Deny,
    /// The first profile that has the entry: each has all of those before it.
    pub profile: Seccomp,
    /// Why it is denied.
    pub why: &'static str,
    /// Arguments with which the call fails harmlessly, in another way, where it is not denied:
    /// what a test of this entry passes.
    pub probe: [u64; 6],
}

/// A test of the low 32 bits of one argument.
#[derive(Clone, Copy, Debug)]
pub struct Test {
    /// Which argument, from 0.
    pub arg: u8,
    /// The bits that count.
    pub mask: u32,
    /// What they are compared with.
    pub values: Values,
}

/// A number with its name and the reason it is listed.
pub type Value = (u32, &'static str);

/// When a [`Test`] holds.
#[derive(Clone, Copy, Debug)]
pub enum Values {
    /// For these.
    In(&'static [Value]),
    /// For all but these.
    NotIn(&'static [Value]),
}

impl Values {
    /// The numbers listed.
    pub fn values(self) -> Vec<u32> {
        let (Self::In(values) | Self::NotIn(values)) = self;
        values.iter().map(|(number, _)| *number).collect()
    }

    /// Whether the listed ones are those for which the test does not hold.
    pub fn negated(self) -> bool {
        matches!(self, Self::NotIn(_))
    }
}

/// How a call is denied.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Deny {
    /// "Not permitted".
    Eperm,
    /// "No such call": the C library falls back to the older one.
    Enosys,
}

impl Deny {
    /// The errno's name.
    pub fn errno(self) -> &'static str {
        match self {
            Self::Eperm => "EPERM",
            Self::Enosys => "ENOSYS",
        }
    }
}

/// An invalid pointer, descriptor, flag word and process number at once.
const INVALID: u64 = u64::MAX;

impl Entry {
    pub(super) const fn on(name: &'static str, x86_64: Option<u32>, aarch64: Option<u32>) -> Self {
        Self {
            name,
            x86_64,
            aarch64,
            when: &[],
            deny: Deny::Eperm,
            profile: Seccomp::Default,
            why: "",
            probe: [INVALID; 6],
        }
    }

    pub(super) const fn when(mut self, tests: &'static [Test]) -> Self {
        self.when = tests;
        self
    }

    pub(super) const fn enosys(mut self) -> Self {
        self.deny = Deny::Enosys;
        self
    }

    pub(super) const fn lockdown(mut self) -> Self {
        self.profile = Seccomp::Lockdown;
        self
    }

    pub(super) const fn sealed(mut self) -> Self {
        self.profile = Seccomp::Sealed;
        self
    }

    pub(super) const fn why(mut self, why: &'static str) -> Self {
        self.why = why;
        self
    }

    /// Sets the first argument of the probe.
    pub(super) const fn probe(mut self, first: u64) -> Self {
        self.probe[0] = first;
        self
    }

    /// The call's number on `arch`.
    pub fn number(&self, arch: Arch) -> Option<u32> {
        match arch {
            Arch::X86_64 => self.x86_64,
            Arch::Aarch64 => self.aarch64,
        }
    }
}

/// The entries of the filter for `arch`, with their numbers.
pub fn entries(arch: Arch, profile: Seccomp) -> impl Iterator<Item = (u32, &'static Entry)> {
    calls::TABLE
        .iter()
        .filter(move |entry| entry.profile <= profile)
        .filter_map(move |entry| Some((entry.number(arch)?, entry)))
}
