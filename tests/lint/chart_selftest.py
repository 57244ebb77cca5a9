"""Tests of what the scripts in models/ share: charts, tables in pages.

usage: chart_selftest.py ROOT [unittest options]
"""

import sys
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

sys.path.insert(0, str(Path(sys.argv.pop(1)) / "models"))

import ablations
import chart
import frontier
import page

SVG = "{http://www.w3.org/2000/svg}"
PAGE = "Words.\n\n<!-- a -->\nold\n<!-- end of a -->\nMore words.\n<!-- b -->\n<!-- end of b -->\n"


def overlaps(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


class Charts(unittest.TestCase):
    def test_ticks(self):
        self.assertEqual(chart.log_ticks(900, 6000), [1000, 2000, 5000])
        self.assertEqual(chart.log_ticks(2100, 6000), [3000, 4000, 5000, 6000])
        self.assertEqual(chart.log_ticks(1, 1e6), [10.0**e for e in range(7)])
        for got, wanted in zip(chart.linear_ticks(0.65, 1.62), (0.8, 1.0, 1.2, 1.4, 1.6), strict=True):
            self.assertAlmostEqual(got, wanted)
        self.assertEqual(chart.linear_ticks(-2.5, 2.5, 5), [-2, -1, 0, 1, 2])

    def test_points_stand_where_the_axes_say(self):
        series = [chart.Series("s", [(1, 0), (10, 5), (100, 10), (1000, 5)], 1)]
        root = xml.fromstring(chart.draw("t", "x", "y", series, True, (1, 100), (0, 10)))
        # The legend's marker, then the points; the last is outside of the range.
        dots = [(float(c.get("cx")), float(c.get("cy"))) for c in root.iter(SVG + "circle")][1:]
        self.assertEqual(len(dots), 3)
        plot = root.find(f"{SVG}clipPath/{SVG}rect")
        x, y, w, h = (float(plot.get(k)) for k in ("x", "y", "width", "height"))
        for dot, wanted in zip(dots, ((x, y + h), (x + w / 2, y + h / 2), (x + w, y))):
            self.assertAlmostEqual(dot[0], wanted[0], delta=0.06)
            self.assertAlmostEqual(dot[1], wanted[1], delta=0.06)

    def test_light_and_dark(self):
        text = chart.draw("t", "x", "y", [chart.Series("s", [(1, 1)])])
        self.assertIn("prefers-color-scheme:dark", xml.fromstring(text).find(SVG + "style").text)

    def test_texts_are_escaped(self):
        root = xml.fromstring(chart.draw("a<b", "x", "y", [chart.Series("&", [(1, 1, None, None, "c>d")])]))
        texts = [t.text for t in root.iter(SVG + "text")]
        for wanted in ("a<b", "&", "c>d"):
            self.assertIn(wanted, texts)

    def test_labels_do_not_overlap(self):
        labels = chart.Labels((0, 0, 400, 300))
        for i in range(5):
            labels.take(200 + i - 5, 145, 200 + i + 5, 155)
        for i in range(5):
            labels.place(200 + i, 150, "a label")
        boxes = labels.taken[5:]
        for i, box in enumerate(boxes):
            self.assertFalse(any(overlaps(box, other) for other in labels.taken[:5] + boxes[:i]), labels.taken)
            self.assertTrue(box[0] >= 0 and box[2] <= 400)

    def test_no_points_is_an_error(self):
        with self.assertRaises(ValueError):
            chart.draw("t", "x", "y", [chart.Series("s", [])])


class Pages(unittest.TestCase):
    def test_table_is_replaced_and_words_stay(self):
        once = page.with_table(PAGE, "a", ["k", "v"], [["1", "2"], ["3", ""]])
        self.assertEqual(page.rows(once, "a"), [["1", "2"], ["3", ""]])
        self.assertIn("| k | v |\n|---|---|\n| 1 | 2 |\n", once)
        self.assertNotIn("old", once)
        self.assertTrue(once.startswith("Words.\n\n<!-- a -->\n") and "More words.\n<!-- b -->\n" in once)
        self.assertEqual(page.with_table(once, "a", ["k", "v"], [["1", "2"], ["3", ""]]), once)
        self.assertEqual(page.rows(once, "b"), [])

    def test_missing_table_is_an_error(self):
        with self.assertRaises(SystemExit):
            page.rows(PAGE, "c")


class Rows(unittest.TestCase):
    def test_spread_is_read_back(self):
        self.assertEqual(frontier.with_spread([4400, 4500, 4900], 0), "4,600 (4,400 to 4,900)")
        self.assertEqual(frontier.spread_of("4,600 (4,400 to 4,900)"), [4600, 4400, 4900])
        self.assertEqual(frontier.spread_of(frontier.with_spread([1.5], 2)), [1.5, 1.5, 1.5])

    def test_lambda_goes_with_the_inverse_of_density(self):
        for network, (*_, rows) in frontier.NETWORKS.items():
            for recipe in {row[0] for row in rows}:
                density, rate = frontier.settings(network, recipe, None)
                self.assertAlmostEqual(frontier.settings(network, recipe, density / 2)[1] / (2 * rate), 1, places=2)

    def test_ratios_of_figure_6(self):
        known = {(1, 0, "", 0): {"bytes": 1724320, "error_percent": 0.8}, (0.08, 0, "", 0): {"bytes": 862160, "error_percent": 1.05}}
        _, body, _ = ablations.figure_6(known)
        self.assertEqual(body[1], ["pruned only", "8 %", "32", "862,160", "50.00 %", "2.0x", "1.05", "+0.25"])


if __name__ == "__main__":
    unittest.main()
