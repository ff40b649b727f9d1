package io.bookshelf.broker.mqtt;

/**
 * What a client's CONNECT said.
 *
 * @param expirySeconds how long the session outlives the connection
 * @param receiveMaximum most QoS 1 and 2 packets towards it that may be in flight
 * @param maximumPacketSize largest packet it takes, in bytes
 * @param topicAliasMaximum greatest topic alias towards it
 * @param keepAliveSeconds silence allowed, times one and a half; 0 for any
 * @param problemInformation whether it wants reason strings, and user properties in acknowledgements
 * @param versions whether it asks for the version of each stored write
 */
record ClientSettings(
        boolean version5,
        long expirySeconds,
        int receiveMaximum,
        long maximumPacketSize,
        int topicAliasMaximum,
        int keepAliveSeconds,
        boolean problemInformation,
        boolean versions) {
    static final ClientSettings UNKNOWN = new ClientSettings(false, 0, 65_535, Long.MAX_VALUE, 0, 0, false, false);
}
