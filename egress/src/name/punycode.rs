//! The ASCII form of a name with other letters, RFC 3492: a suggestion for a message.

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const INITIAL_BIAS: u32 = 72;
const INITIAL_N: u32 = 128;

/// The whole name, label by label.
pub fn ascii_form(name: &str) -> String {
    let name = name.to_lowercase().replace(['。', '．', '｡'], ".");
    let labels = name.split('.').map(|label| match (label.is_ascii(), encode(label)) {
        (false, Some(encoded)) => format!("xn--{encoded}"),
        _ => label.to_owned(),
    });
    labels.collect::<Vec<_>>().join(".")
}

/// One label; `None` where a number overflows, which no label of DNS's length makes happen.
fn encode(label: &str) -> Option<String> {
    let mut output: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(output.len()).ok()?;
    let total = u32::try_from(label.chars().count()).ok()?;
    if basic > 0 {
        output.push('-');
    }
    let (mut n, mut delta, mut bias, mut handled) = (INITIAL_N, 0_u32, INITIAL_BIAS, basic);
    while handled < total {
        let next = label.chars().map(u32::from).filter(|code| *code >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for code in label.chars().map(u32::from) {
            if code < n {
                delta = delta.checked_add(1)?;
            }
            if code == n {
                push_number(&mut output, delta, bias)?;
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        n = n.checked_add(1)?;
    }
    Some(output)
}

/// A generalised variable-length integer.
fn push_number(output: &mut String, delta: u32, bias: u32) -> Option<()> {
    let mut rest = delta;
    let mut k = BASE;
    loop {
        let threshold = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
        if rest < threshold {
            output.push(digit(rest)?);
            return Some(());
        }
        output.push(digit(threshold + (rest - threshold) % (BASE - threshold))?);
        rest = (rest - threshold) / (BASE - threshold);
        k += BASE;
    }
}

fn adapt(delta: u32, points: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / DAMP } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > ((BASE - T_MIN) * T_MAX) / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

/// A digit of base 36; the letters come first.
fn digit(value: u32) -> Option<char> {
    let first = if value < 26 { u32::from('a') } else { u32::from('0') - 26 };
    char::from_u32(first + value)
}

#[cfg(test)]
mod tests {
    use super::ascii_form;

    /// Samples of RFC 3492 section 7.1 and of the registries' own pages.
    #[test]
    fn the_samples_of_the_standard() {
        assert_eq!(ascii_form("bücher"), "xn--bcher-kva");
        assert_eq!(ascii_form("ليهمابتكلموشعربي؟"), "xn--egbpdaj6bu4bxfgehfvwxn");
        assert_eq!(ascii_form("MajiでKoiする5秒前"), "xn--majikoi5-783gue6qz075azm5e");
        assert_eq!(ascii_form("münchen.example。com"), "xn--mnchen-3ya.example.com");
    }
}
