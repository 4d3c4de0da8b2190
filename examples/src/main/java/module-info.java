/// Examples.
module org.weir.examples {
    requires org.weir.core;
    requires org.weir.runtime;
    requires org.weir.services;
    requires org.weir.drivers;
    requires static org.jspecify;
}
