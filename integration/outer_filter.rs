//! A filter around the whole program, as a container puts one: it makes a layer fail on a kernel
//! that has it.

use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::harness::Run;

/// Which calls of a number are meant.
#[derive(Clone, Copy, Debug)]
pub enum When {
    /// All of them.
    Always,
    /// Those with this value in that argument, from 0.
    Argument(u32, u32),
    /// Those with anything but 0 in that argument.
    ArgumentGiven(u32),
}

/// A call that fails with an errno before the kernel sees it.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    /// The call's number.
    pub call: libc::c_long,
    /// Which of them.
    pub when: When,
    /// What the caller gets.
    pub errno: i32,
}

// linux/bpf_common.h, and offsets of struct seccomp_data.
const LOAD: u16 = 0x20;
const JUMP_EQ: u16 = 0x15;
const RETURN: u16 = 0x06;
const NUMBER: u32 = 0;
const ARGUMENTS: u32 = 16;

fn filter(refusal: Refusal) -> Vec<seccompiler::sock_filter> {
    let instruction = |code, jt, jf, k| seccompiler::sock_filter { code, jt, jf, k };
    let argument = |index| instruction(LOAD, 0, 0, ARGUMENTS + 8 * index);
    let tests = match refusal.when {
        When::Always => Vec::new(),
        When::Argument(index, value) => {
            vec![argument(index), instruction(JUMP_EQ, 0, 1, value)]
        }
        When::ArgumentGiven(index) => vec![argument(index), instruction(JUMP_EQ, 1, 0, 0)],
    };
    let past = u8::try_from(tests.len() + 1).expect("a short filter");
    let number = refusal.call.try_into().expect("a call");
    let errno = u32::try_from(refusal.errno).expect("an errno");
    let mut program = vec![instruction(LOAD, 0, 0, NUMBER), instruction(JUMP_EQ, 0, past, number)];
    program.extend(tests);
    program.push(instruction(RETURN, 0, 0, libc::SECCOMP_RET_ERRNO | errno));
    program.push(instruction(RETURN, 0, 0, libc::SECCOMP_RET_ALLOW));
    program
}

impl Refusal {
    /// Puts a filter around a program, and all that it starts.
    pub fn around(self, command: &mut Command) {
        let program = filter(self);
        let load = move || seccompiler::apply_filter(&program).map_err(std::io::Error::other);
        // SAFETY: two system calls on memory that was made before the fork.
        unsafe { command.pre_exec(load) };
    }
}

impl Run {
    /// Runs it, and all that it starts, behind a filter.
    pub fn behind(mut self, refusal: Refusal) -> Self {
        refusal.around(self.command());
        self
    }
}

/// Runs it where stage one can lay nothing out, as on a kernel before Linux 5.12: bubblewrap makes
/// each mount.
pub fn without_stage_one(run: Run) -> Run {
    let call = libc::SYS_mount_setattr;
    run.behind(Refusal { call, when: When::Always, errno: libc::ENOSYS })
}
