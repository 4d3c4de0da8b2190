package org.weir.benchmarks.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.weir.benchmarks.report.BarChart.Bar;

final class BarChartTest {
    private static Samples of(double... values) {
        final Samples samples = new Samples();
        for (final double value : values) {
            samples.add(value);
        }
        return samples;
    }

    private static Document drawn(BarChart chart) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(chart.svg().getBytes(UTF_8)));
    }

    @Test
    void lengthsAreInTheRatioOfTheMedians() throws Exception {
        final Document svg =
                drawn(new BarChart("Rates", 1, List.of(new Bar("own", of(20), true), new Bar("other", of(10), false))));
        final NodeList bars = svg.getElementsByTagName("rect");
        assertEquals(2, bars.getLength());
        final double own = Double.parseDouble(((Element) bars.item(0)).getAttribute("width"));
        final double other = Double.parseDouble(((Element) bars.item(1)).getAttribute("width"));
        assertEquals(2, own / other, 0.01);
        assertEquals("own", ((Element) bars.item(0)).getAttribute("class"));
    }

    @Test
    void namesAreEscaped() throws Exception {
        final Document svg = drawn(new BarChart("a < b & c", 0, List.of(new Bar("<x>", of(1), false))));
        assertEquals("a < b & c", svg.getElementsByTagName("title").item(0).getTextContent());
    }

    @Test
    void theRangeEndsWithinThePicture() throws Exception {
        final Document svg = drawn(new BarChart("Rates", 1, List.of(new Bar("own", of(1, 2, 1000), true))));
        final String path = ((Element) svg.getElementsByTagName("path").item(0)).getAttribute("d");
        final double most = Double.parseDouble(path.substring(path.indexOf('H') + 1));
        final double width = Double.parseDouble(svg.getDocumentElement().getAttribute("width"));
        assertTrue(most < width, path);
    }

    @Test
    void noBarsAreNoError() throws Exception {
        assertEquals(
                0,
                drawn(new BarChart("Nothing", 1, List.of()))
                        .getElementsByTagName("rect")
                        .getLength());
    }
}
