//! The filter with real sockets, in a network namespace that the test makes as whoever runs it.

#[cfg(target_os = "linux")]
mod cases;
#[cfg(target_os = "linux")]
mod inside;
#[cfg(target_os = "linux")]
mod servers;
#[cfg(target_os = "linux")]
mod world;

#[cfg(target_os = "linux")]
fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    if let [_, inside, rest @ ..] = &arguments[..] {
        match inside.as_str() {
            inside::MARK => return inside::main(rest),
            servers::MARK => return servers::main(),
            _ => {}
        }
    }
    let mut arguments = libtest_mimic::Arguments::from_args();
    // What one test's jail inherits must not be another's.
    arguments.test_threads = Some(1);
    libtest_mimic::run(&arguments, cases::all()).exit();
}

#[cfg(not(target_os = "linux"))]
fn main() {}
