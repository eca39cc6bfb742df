//! What the host runs later, where macOS has it.

use crate::policy::place::{Place, place as row};

const PROGRAMS: &str = "programs on PATH";
const LOGIN: &str = "started at login";
const SCRIPTS: &str = "run by applications and menus";

/// Below the home, beside the rows of all systems.
pub const HOME: &[Place] = &[
    row("Library/pnpm/bin", PROGRAMS),
    row("Library/pnpm/pnpm", PROGRAMS),
    row("Library/pnpm/pnpx", PROGRAMS),
    row("Library/pnpm/global", "programs installed for all projects"),
    row("Library/LaunchAgents", LOGIN),
    row("Library/Application Scripts", SCRIPTS),
    row("Library/Scripts", SCRIPTS),
    row("Library/Services", SCRIPTS),
    row("Library/Workflows", SCRIPTS),
    row("Library/Internet Plug-Ins", SCRIPTS),
    row("Library/QuickLook", SCRIPTS),
    row("Library/Spotlight", SCRIPTS),
    row("Library/Input Methods", SCRIPTS),
    row("Library/PreferencePanes", SCRIPTS),
    row("Library/Preferences", "settings of applications, which name programs"),
    row(".config/karabiner", LOGIN),
    row(".config/skhd", LOGIN),
    row(".config/yabai", LOGIN),
    row(".config/aerospace", LOGIN),
    row(".config/sketchybar", LOGIN),
];
