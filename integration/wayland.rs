//! The Wayland display, with a real compositor and a real client.

use std::path::PathBuf;

use crate::harness::{Run, Running, Seen, World, has_program, until};

/// A Wayland compositor that shows nothing to nobody.
struct Wayland {
    compositor: Running,
    world: World,
    runtime: PathBuf,
}

impl Wayland {
    fn new() -> Option<Self> {
        if !has_program("weston") || !has_program("wayland-info") {
            return None;
        }
        let world = World::new();
        let runtime = world.directory("run");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(&runtime, mode).expect("chmod");
        let compositor = world
            .outside(["weston", "--backend=headless-backend.so", "--socket=wl-test", "--no-config"])
            .env("XDG_RUNTIME_DIR", &runtime)
            .start();
        let wayland = Self { compositor, world, runtime };
        until("the compositor listens", || {
            wayland.set(wayland.world.outside(INFO)).run().code() == 0
        });
        Some(wayland)
    }

    fn set(&self, run: Run) -> Run {
        run.env("XDG_RUNTIME_DIR", &self.runtime).env("WAYLAND_DISPLAY", "wl-test")
    }
}

impl Drop for Wayland {
    fn drop(&mut self) {
        self.compositor.signal(nix::sys::signal::Signal::SIGTERM);
        until("the compositor ends", || self.compositor.has_ended());
    }
}

const INFO: [&str; 1] = ["wayland-info"];

#[test]
fn a_wayland_client_reaches_the_compositor() {
    let Some(wayland) = Wayland::new() else { return };
    let world = &wayland.world;
    for flags in [&[][..], &["--no-landlock"]] {
        let inside = wayland.set(world.exec_with(flags, INFO)).run();
        assert!(inside.ok().contains("wl_compositor"), "{inside}");
    }
    let full = wayland.runtime.join("wl-test");
    let named = wayland.set(world.exec(INFO)).env("WAYLAND_DISPLAY", &full).run();
    assert!(named.ok().contains("wl_compositor"), "{named}");
    for flags in [["--no-display"], ["--lockdown"]] {
        let off = wayland.set(world.exec_with(flags, INFO)).run();
        assert_ne!(off.code(), 0, "{off}");
        let path = full.to_str().expect("plain");
        let named = wayland
            .set(world.exec_with(flags, ["env", &format!("WAYLAND_DISPLAY={path}"), INFO[0]]));
        assert_ne!(named.run().code(), 0);
    }
    // The lock beside the socket, say, is not there.
    let list = wayland.set(world.sh("stat -c %a $XDG_RUNTIME_DIR; ls -A $XDG_RUNTIME_DIR")).run();
    assert_eq!(list.ok(), "700\nwl-test\n");
    assert_ne!(world.look_outside([wayland.runtime.join("wl-test.lock")]), [Seen::Absent]);
}
