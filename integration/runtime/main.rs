//! The runtime of a jail without namespaces: how it is started, what comes out, who is told of
//! what, and that nothing is left.
//!
//! On macOS this is the program itself behind the system's own `sandbox-exec`. Elsewhere it is the
//! same front, the same stage two and the same ways of macOS (frames, self-pipe, `select(2)`,
//! search for what is left) behind a stand-in that enters no sandbox: there it shows that the
//! runtime works, and nothing about what a profile keeps away. What it shows of that is in
//! `sandbox.rs`, on macOS alone.

mod builder;
#[cfg(target_os = "macos")]
mod expected;
mod front;
mod harness;
mod left;
#[cfg(target_os = "macos")]
mod sandbox;
mod signals;
mod status;
mod stdio;
mod temporary;
mod terminal;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use stage2::confinement::Confinement;
use stage2::spec::ENTRY_POINT;

/// A test under the name of its function.
macro_rules! trials {
    ($($module:ident: $($name:ident),+;)+) => {
        vec![$($(Trial::test(concat!(stringify!($module), "::", stringify!($name)), || {
            $module::$name();
            Ok(())
        })),+),+]
    };
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    match arguments.get(1) {
        Some(word) if word == ENTRY_POINT => {
            return stage2::run(&arguments[2..], Confinement::Profile).into();
        }
        Some(word) if word == front::ENTRY_POINT => return front::main(&arguments[1..]).into(),
        _ => {}
    }
    let mut trials = trials! {
        left: background_jobs_end_with_the_command,
            a_session_of_its_own_ends_with_the_command,
            a_killed_front_leaves_nothing,
            a_killed_stage_two_leaves_nothing,
            nothing_of_the_callers_is_ended;
        signals: each_reaches_the_command,
            the_second_of_a_kind_kills_after_five_seconds,
            stopping_and_resuming;
        status: exit_codes_come_out, signals_come_out_as_128_and_themselves,
            what_is_not_there_and_what_cannot_be_executed,
            stage_two_by_hand_says_that_it_is_internal;
        stdio: output_and_errors_are_exact, input_is_binary_and_ends,
            output_ends_when_the_command_closes_it, closed_ones_stay_closed,
            no_other_descriptor_gets_in;
        temporary: it_is_the_jails_and_gone_afterwards,
            a_later_run_removes_that_of_a_killed_front, two_at_once_have_one_each;
        terminal: the_command_has_one_of_its_own, ctrl_c_ends_the_command_alone,
            ctrl_z_and_fg, a_new_size_reaches_the_command,
            it_is_restored_when_the_front_is_told_to_end,
            it_is_restored_when_stage_two_is_killed;
    };
    trials.extend(os_trials());
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    #[cfg(not(target_os = "macos"))]
    harness::STAND_INS.lock().expect("nobody panics with it").clear();
    conclusion.exit_code()
}

/// What only the stand-in can show.
#[cfg(not(target_os = "macos"))]
fn os_trials() -> Vec<Trial> {
    trials! {
        builder: it_is_given_the_profile_and_its_parameters_and_nothing_else,
            the_environment_is_made_before_it_starts,
            another_sandbox_around_us_is_told_once,
            what_it_says_is_shown_with_a_remedy,
            one_that_is_not_there;
    }
}

/// What only the real one can show.
#[cfg(target_os = "macos")]
fn os_trials() -> Vec<Trial> {
    trials! {
        left: a_daemon_that_forked_twice_is_found_by_its_mark;
        builder: the_real_one_is_found_and_the_doctor_is_content;
        expected: arguments_and_environment_of_the_hosts_processes_are_not_read,
            a_read_only_file_gets_no_second_name, settings_of_the_user_are_not_written,
            python_has_its_pools_of_processes, the_number_of_processors_is_told,
            node_looks_on_behind_a_directory_that_is_not_given,
            sockets_of_the_hosts_temporary_places_are_not_reached,
            sockets_of_the_jails_own_work, tools_of_the_system_have_their_temporary_files;
        sandbox: the_project_can_be_written, the_home_is_as_its_table_says,
            hidden_places_are_denied, nothing_else_can_be_written,
            lockdown_changes_no_file_and_talks_to_nobody,
            lockdown_clears_the_environment, a_jail_in_a_jail_is_refused_with_one_message;
    }
}
