//! The message bus of the session: whoever is on it can have programs started on the host, by
//! systemd, by the desktop, by flatpak.

use std::ffi::OsString;

use super::attack::{ALL, Attack, BARE, LOCKDOWN, NO_LANDLOCK, sealed};
use crate::harness::{Run, World, has_program};

#[test]
fn a_real_bus() {
    if !has_program("dbus-daemon") {
        return;
    }
    let world = World::below(std::path::Path::new("/var/tmp"));
    let runtime = world.directory("run");
    let name = format!("ai-jail-escape-bus-{}", std::process::id());
    let path = |directory: &std::path::Path| directory.join("bus").into_os_string();
    let cache = world.directory("home/.cache/at-spi");
    let cases = [
        // Where it is, and what comes of it with all layers, without Landlock, in lockdown.
        (path(&runtime), "path", "ENOENT", "ENOENT", "ENOENT"),
        (path(&cache), "path", "ECONNREFUSED", "ECONNREFUSED", "ENOENT"),
        (OsString::from(format!("@{name}")), "abstract", "EPERM", "OK", "ECONNREFUSED"),
    ];
    for (place, kind, all, no_landlock, lockdown) in cases {
        let text = place.to_str().expect("plain");
        let address = format!("unix:{kind}={}", text.trim_start_matches('@'));
        let words =
            ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address", "--address"];
        let bus = world.outside(words.into_iter().chain([address.as_str()])).start();
        bus.says("unix:");
        let set = |run: Run| {
            run.env("XDG_RUNTIME_DIR", &runtime).env("DBUS_SESSION_BUS_ADDRESS", &address)
        };
        let attack = Attack::new(&world, "the session bus", include_str!("probes/session_bus.py"))
            .with([&place])
            .prepared(set);
        attack.works(&format!("OK {address}"));
        let no_address = |result: &str| format!("{result} no address");
        attack.gives(ALL, &no_address(all));
        attack.gives(&["--display", "--docker"], &no_address(all));
        attack.gives(NO_LANDLOCK, &no_address(no_landlock));
        attack.gives(BARE, &no_address(no_landlock));
        attack.gives(LOCKDOWN, &no_address(sealed(lockdown)));
        bus.signal(nix::sys::signal::SIGTERM);
    }
}
