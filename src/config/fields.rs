//! The fields of a config file: one table of switches, and the typed content of one file.

use crate::cli::BarStyle;

/// Declares the switches of the file and what the trust model must know about each. There is
/// no default for the last two columns, so a new field cannot be added without choosing.
macro_rules! toggles {
    ($($variant:ident = $name:literal, loose when $loose:literal: $words:literal;)*) => {
        /// A true-or-false field that either file may hold. Unset means `false`.
        #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
        pub enum Toggle {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Toggle {
            /// Every switch, in the order in which a new file lists them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The field's name in the file.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The value on the permissive side. In a project's file it loosens wherever the
            /// jail would otherwise stand on the other side; the opposite value only tightens.
            pub const fn loose_value(self) -> bool {
                match self { $(Self::$variant => $loose,)* }
            }

            /// What the permissive value does, for the person who is asked to allow it.
            pub const fn loose_words(self) -> &'static str {
                match self { $(Self::$variant => $words,)* }
            }
        }

        const TOGGLES: usize = [$($name,)*].len();
    };
}

toggles! {
    Lockdown = "lockdown", loose when false:
        "no strict mode, even where your own file asks for it";
    NoLandlock = "no_landlock", loose when true:
        "runs without the Landlock layer";
    NoSeccomp = "no_seccomp", loose when true:
        "runs without the system-call filter";
    NoRlimits = "no_rlimits", loose when true:
        "runs without the resource limits";
    NoProtect = "no_protect", loose when true:
        "may write the files that the host itself runs later (hooks, autostart, shims)";
    NoGpu = "no_gpu", loose when false:
        "may use the GPU, even where your own file withholds it";
    NoDocker = "no_docker", loose when false:
        "may use Docker, and through it the host, even where your own file withholds it";
    NoDisplay = "no_display", loose when false:
        "may use the display, even where your own file withholds it";
    NoMise = "no_mise", loose when false:
        "sets up mise, even where your own file switches it off";
}

/// The value of each [`Toggle`] that was written.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Toggles([Option<bool>; TOGGLES]);

impl Toggles {
    /// What was written for one switch.
    pub fn get(&self, toggle: Toggle) -> Option<bool> {
        self.0[toggle as usize]
    }

    /// Writes one switch; `None` takes it out.
    pub fn set(&mut self, toggle: Toggle, value: Option<bool>) {
        self.0[toggle as usize] = value;
    }
}

/// What one config file says. Text stays as written: `~` and relative paths are resolved by
/// whoever uses them, relative ones from the directory of the file they stand in.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Fields {
    /// `command`; never empty where it is written.
    pub command: Option<Vec<String>>,
    /// `rw_maps`.
    pub rw_maps: Vec<String>,
    /// `ro_maps`.
    pub ro_maps: Vec<String>,
    /// The switches.
    pub toggles: Toggles,
    /// `no_status_bar`; user file only.
    pub no_status_bar: Option<bool>,
    /// `status_bar_style`; user file only.
    pub status_bar_style: Option<BarStyle>,
}

/// Names of the fields that are not a [`Toggle`].
pub(super) mod names {
    pub const COMMAND: &str = "command";
    pub const RW_MAPS: &str = "rw_maps";
    pub const RO_MAPS: &str = "ro_maps";
    pub const NO_STATUS_BAR: &str = "no_status_bar";
    pub const STATUS_BAR_STYLE: &str = "status_bar_style";
}

/// Every field's name.
pub fn all_names() -> impl Iterator<Item = &'static str> {
    [names::COMMAND, names::RW_MAPS, names::RO_MAPS]
        .into_iter()
        .chain(Toggle::ALL.iter().map(|toggle| toggle.name()))
        .chain([names::NO_STATUS_BAR, names::STATUS_BAR_STYLE])
}

/// A style's word in the file.
pub const fn style_word(style: BarStyle) -> &'static str {
    match style {
        BarStyle::Dark => "dark",
        BarStyle::Light => "light",
    }
}
