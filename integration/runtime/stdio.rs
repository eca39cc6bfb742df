//! The standard streams are the caller's own, and no other descriptor gets in.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use crate::harness::World;

pub fn output_and_errors_are_exact() {
    let world = World::new();
    let ended = world.sh("printf 'a\\0b'; printf 'e\\n\\n' >&2; printf c").run();
    assert_eq!((ended.code(), &ended.stdout[..], ended.err()), (0, &b"a\0bc"[..], "e\n\n"));
}

pub fn input_is_binary_and_ends() {
    let world = World::new();
    let bytes: Vec<u8> = (0..300_000_u32).map(|number| (number * 7919).to_le_bytes()[1]).collect();
    let ended = world.exec(["cat"]).input(bytes.clone()).run();
    assert_eq!(ended.code(), 0, "{ended}");
    assert!(ended.stdout == bytes, "{} bytes of {}", ended.stdout.len(), bytes.len());
}

pub fn output_ends_when_the_command_closes_it() {
    let world = World::new();
    let (ours, theirs) = UnixStream::pair().expect("a pair");
    let run = world.sh("echo first; exec >&-; read line; exit 3").stdin(OwnedFd::from(theirs));
    let mut running = run.start();
    running.says("first");
    crate::harness::until("its output ends", || running.output_has_ended());
    assert!(!running.has_ended(), "it goes on");
    drop(ours);
    assert_eq!(running.finish().code(), 3);
}

pub fn closed_ones_stay_closed() {
    let world = World::new();
    // The redirection of the list itself takes no part: it is made when the loop is over.
    let script = "seen=; for number in 0 1 2; do
            test -e /dev/fd/$number && seen=$seen$number
        done; echo $seen > seen";
    let seen = || std::fs::read_to_string(world.project().join("seen")).expect("written");
    for (closed, left) in [("", "012\n"), ("<&-", "12\n"), (">&- 2>&-", "0\n"), ("<&- 2>&-", "1\n")]
    {
        let caller = format!("\"$0\" --exec -- sh -c '{script}' {closed}");
        assert_eq!(world.caller(&caller).run().code(), 0);
        assert_eq!(seen(), left, "in the jail {closed}");
        assert_eq!(world.outside(["sh", "-c", &format!("({script}) {closed}")]).run().code(), 0);
        assert_eq!(seen(), left, "outside {closed}");
    }
}

pub fn no_other_descriptor_gets_in() {
    let world = World::new();
    let look = "for number in 3 4 5 6 7 8 9; do
            (eval \": <&$number\") 2> /dev/null && echo $number
        done; true";
    // Not closed on exec, as a careless caller has it.
    let caller = format!("exec 7< / 9< /; {look}; echo then; \"$0\" --exec -- sh -c '{look}'");
    assert_eq!(world.caller(&caller).run().ok(), "7\n9\nthen\n");
}
