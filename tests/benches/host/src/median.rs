//! Medians.

/// The median; zero of nothing.
pub(crate) fn of(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// The median of ratios.
pub(crate) fn of_ratios(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The values of laps after the first tenth, which warm up.
pub(crate) fn warm<T>(laps: &[T], value: impl Fn(&T) -> u64) -> u64 {
    of(laps.iter().skip(laps.len() / 10).map(value).collect())
}
