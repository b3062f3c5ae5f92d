"""The last minutes of a running test."""

from hubbub.load.web.live_chart import KEPT, Chart, Point


def test_the_oldest_points_go() -> None:
    chart = Chart()
    for second in range(KEPT + 5):
        chart.add(Point(float(second), 1.0, None, None))
    assert [chart.points[0].second, chart.points[-1].second] == [5.0, KEPT + 4.0]
    assert len(chart.points) == KEPT


def test_a_point_is_wanted_about_once_a_second() -> None:
    chart = Chart()
    assert chart.wants(0.0)
    chart.add(Point(1.0, 1.0, None, None))
    assert [chart.wants(second) for second in (1.0, 1.4, 1.95, 2.0)] == [False, False, True, True]
